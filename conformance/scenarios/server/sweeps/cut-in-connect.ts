// A CONNECT that is cut off behind every single byte has not happened.
import { encode } from '../../../../reference/codec/encode.ts';
import { connack } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const cutInConnect = scenario('cut-in-connect', {
  title: 'A CONNECT that is cut off at any byte has not happened: no will, no session, no takeover',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.2.2-3', 'MQTT-3.1.4-2'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const willTopicName = given.topicName('will');
    const watcher = await given.subscriber(willTopicName, { name: 'watcher' });
    const online = await given.client({ name: 'online' });
    const will = { topicName: willTopicName, message: 'never' };
    const connect = (clientId: string) => given.connect({ clientId, cleanSession: false, will });
    const { length } = encode(connect(online.clientId));
    const clientIds = await Promise.all(
      Array.from({ length: length - 1 }, async (_, i) => {
        const at = i + 1;
        // Every other one with the id of a client that is online, which nobody may take over before the CONNECT is whole.
        const clientId = at % 2 === 0 ? online.clientId : given.clientId();
        const client = await given.connection(`cut at ${at}`);
        await when(client).sendsBytes(encode(connect(clientId)).subarray(0, at), `the first ${at} bytes of a CONNECT`);
        await when(client).cuts();
        return clientId;
      }),
    );
    await must(online, 'MQTT-3.1.4-2').beServed();
    const fresh = await Promise.all(
      clientIds
        .filter((clientId) => clientId !== online.clientId)
        .map(async (clientId) => {
          const client = await given.connection('later');
          await when(client).sends(given.connect({ clientId, cleanSession: false }));
          await must(client, 'MQTT-3.2.2-3').receive(connack({ returnCode: 0, sessionPresent: false }));
          return client;
        }),
    );
    const [publisher] = fresh;
    if (publisher === undefined) return;
    await must(watcher, 'MQTT-3.1.2-8').receiveExactly([], {
      until: sentinel(publisher, { topicName: willTopicName }),
    });
  },
});
