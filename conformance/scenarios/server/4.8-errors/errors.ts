// Handling errors: section 4.8.
import { puback, pubcomp, pubrec } from '../../../wire/packets.ts';
import { answered, closed, cutShort, ignored } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const violations = [
  ['connack', '20 02 00 00', 'CONNACK, which only servers send'],
  ['suback', '90 03 0001 00', 'SUBACK, which only servers send'],
  ['unsuback', 'B0 02 0001', 'UNSUBACK, which only servers send'],
  ['pingresp', 'D0 00', 'PINGRESP, which only servers send'],
  ['reserved-type-0', '00 00', 'a packet of the reserved type 0'],
  ['reserved-type-15', 'F0 00', 'a packet of the reserved type 15'],
  ['reserved-type-0-with-body', '00 02 0001', 'a packet of the reserved type 0 with a body'],
  ['pingreq-with-body', 'C0 01 00', 'PINGREQ with a Remaining Length of 1'],
  ['disconnect-with-body', 'E0 01 00', 'DISCONNECT with a Remaining Length of 1'],
  ['unsubscribe-half-an-identifier', 'A2 01 00', 'UNSUBSCRIBE with half an identifier'],
  ['subscribe-empty', '82 00', 'SUBSCRIBE without anything'],
] as const;

export const protocolViolations = violations.map(([id, bytes, what]) =>
  scenario(`violation-${id}`, {
    title: `A client that sends ${what} is disconnected`,
    cites: { v3: ['MQTT-4.8.0-1', 'SHOULD-NOT-4.8-a'] },
    async play({ given, when, must }) {
      const client = await given.client();
      await when(client).sendsBytes(raw.hex(bytes), what);
      await must(client, 'MQTT-4.8.0-1').reactByOneOf(
        id.startsWith('subscribe') || id.startsWith('unsubscribe') ? cutShort(given) : [closed()],
      );
    },
  }),
);

const stray = [puback(4_711), pubrec(4_711), pubcomp(4_711)];

export const unknownAcknowledgements = scenario('acknowledgements-of-nothing', {
  title:
    'Acknowledgements with an identifier that is not in use are ignored, or close the connection; nobody else is disturbed',
  cites: { v3: ['SHOULD-NOT-4.8-a', 'MQTT-4.8.0-1'] },
  observesOnly: true,
  async play({ given, when, may, observe }) {
    await given.each(stray, async (packet) => {
      const client = await given.client();
      await when(client).sends(packet);
      const reaction = await may(client).reactByOneOf([
        ignored(),
        closed(),
        answered({ type: 'pubrel', packetId: 4_711 }).as('observed', 'PUBREL for an unknown PUBREC'),
      ]);
      observe(`${packet.type.toUpperCase()}: ${reaction?.kind ?? 'something else'}`);
    });
  },
});

export const othersGoOn = scenario('others-go-on', {
  title: 'While one client is disconnected for an error others go on',
  cites: { v3: ['SHOULD-NOT-4.8-a'] },
  async play({ given, when, should }) {
    const neighbour = await given.client({ name: 'neighbour' });
    for (const [, bytes, what] of violations) {
      const client = await given.client();
      await when(client).sendsBytes(raw.hex(bytes), what);
      await should(neighbour).beServed();
    }
  },
});
