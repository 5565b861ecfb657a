// PINGREQ, section 3.12: the base of every barrier.
import { pingreq, pingresp } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

export const pingreqAnswered = scenario('pingreq-answered', {
  title: 'PINGREQ is answered by PINGRESP',
  cites: { v3: ['MQTT-3.12.4-1', 'MAY-3.1.2.10-c'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const client = await given.client();

    await when(client).sends(pingreq());
    await must(client).receive(pingresp());

    await when(client).sends(pingreq(), pingreq(), pingreq());
    await must(client).receive(pingresp());
    await must(client).receive(pingresp());
    await must(client).receive(pingresp());
  },
});
