// Messages to and from a client: sections 3.3, 4.3, 4.5, 4.6.
import type { Publish } from '../../../reference/codec/packet.ts';
import type { ClientStage } from '../../wire/serve/client-stage.ts';
import { clientScenario } from '../client-scenario.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A PUBLISH to the client. */
function toClient(
  payload: string,
  { qos, packetId, dup = false }: { qos: 1 | 2; packetId: number; dup?: boolean },
): Publish {
  return { type: 'publish', topicName: 'bench/in', payload: bytes(payload), qos, packetId, dup, retain: false };
}

/** How often the application got a message. */
const delivered = ({ adapter }: ClientStage, payload: string): number =>
  adapter.messages.filter((message) => message.payload.toString() === payload).length;

export const unwantedAcknowledged = clientScenario('client-acknowledges-unwanted', {
  title: 'PUBLISHes that no subscription asked for are acknowledged by their QoS',
  section: '4.5-receipt',
  cites: ['MQTT-4.5.0-2', 'MQTT-4.3.2-2', 'MQTT-4.3.3-2'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    const { must } = stage;
    peer.send(toClient('unwanted 1', { qos: 1, packetId: 11 }));
    await must(peer, 'MQTT-4.5.0-2', 'MQTT-4.3.2-2').receive({ type: 'puback', packetId: 11 });
    peer.send(toClient('unwanted 2', { qos: 2, packetId: 12 }));
    await must(peer, 'MQTT-4.5.0-2', 'MQTT-4.3.3-2').receive({ type: 'pubrec', packetId: 12 });
    peer.send({ type: 'pubrel', packetId: 12 });
    await must(peer, 'MQTT-4.5.0-2', 'MQTT-4.3.3-2').receive({ type: 'pubcomp', packetId: 12 });
  },
});

const ids = [21, 22, 23, 24, 25, 26, 27, 28, 29, 30];

export const pubackOrder = clientScenario('client-puback-in-order', {
  title: 'PUBACKs come in the order of the PUBLISHes',
  section: '4.6-ordering',
  cites: ['MQTT-4.6.0-2'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    peer.send(...ids.map((packetId) => toClient(`message ${packetId}`, { qos: 1, packetId })));
    await stage.must(peer).receiveInOrder('puback', ids);
  },
});

export const pubrecOrder = clientScenario('client-pubrec-in-order', {
  title: 'PUBRECs come in the order of the PUBLISHes',
  section: '4.6-ordering',
  cites: ['MQTT-4.6.0-3'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    peer.send(...ids.map((packetId) => toClient(`message ${packetId}`, { qos: 2, packetId })));
    await stage.must(peer).receiveInOrder('pubrec', ids);
  },
});

export const exactlyOnce = clientScenario('client-qos-2-delivered-once', {
  title:
    'A QoS 2 PUBLISH that comes again before PUBREL, also over a new connection, is acknowledged again and delivered once',
  section: '4.3-qos',
  cites: ['MQTT-4.3.3-2'],
  needs: ['reconnect', 'stored session'],
  async play(stage) {
    const { peer } = await stage.client({ cleanSession: false, reconnect: true });
    await stage.connected();
    const { must } = stage;
    void stage.adapter.do('subscribe', { topicFilter: 'bench/in', qos: 2 });
    const { packet } = await stage.arrived(peer, 'subscribe');
    peer.send({ type: 'suback', packetId: packet.packetId, returnCodes: [2] });
    peer.send(toClient('once', { qos: 2, packetId: 9 }));
    await must(peer).receive({ type: 'pubrec', packetId: 9 });
    peer.send(toClient('once', { qos: 2, packetId: 9, dup: true }));
    await must(peer).receive({ type: 'pubrec', packetId: 9 });
    peer.cut('FIN');
    const again = await stage.arrival();
    await stage.accepted(again, { sessionPresent: true });
    again.send(toClient('once', { qos: 2, packetId: 9, dup: true }));
    await must(again).receive({ type: 'pubrec', packetId: 9 });
    again.send({ type: 'pubrel', packetId: 9 });
    await must(again).receive({ type: 'pubcomp', packetId: 9 });
    again.send(toClient('sentinel', { qos: 2, packetId: 10 }));
    await stage.arrived(again, 'pubrec');
    again.send({ type: 'pubrel', packetId: 10 });
    await stage.arrived(again, 'pubcomp');
    await stage.adapter.waitFor(() => (delivered(stage, 'sentinel') > 0 ? true : undefined), stage.replyMs);
    stage.that(delivered(stage, 'sentinel') === 1, 'the sentinel was not delivered');
    must(again).satisfy(delivered(stage, 'once') === 1, {
      expected: 'one delivery to the application',
      got: `${delivered(stage, 'once')}`,
    });
  },
});

export const senderHandshakes = clientScenario('client-qos-handshakes', {
  title: 'Each QoS has its handshake: none, PUBACK, and PUBREC answered by PUBREL, also where PUBREC comes twice',
  section: '4.3-qos',
  cites: ['MQTT-4.3.1-1', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1', 'MQTT-3.3.1-2'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    const { must, adapter } = stage;
    const send = (qos: 0 | 1 | 2) =>
      adapter.do(
        'publish',
        { topicName: 'bench/out', payload: base64(`at ${qos}`), qos, retain: false },
        stage.replyMs * 3,
      );
    void send(0);
    await must(peer, 'MQTT-4.3.1-1', 'MQTT-3.3.1-2').receive({
      type: 'publish',
      qos: 0,
      dup: false,
      payload: bytes('at 0'),
    });
    const one = send(1);
    const first = await must(peer, 'MQTT-4.3.2-1').receive({
      type: 'publish',
      qos: 1,
      dup: false,
      payload: bytes('at 1'),
    });
    if (first?.type === 'publish') peer.send({ type: 'puback', packetId: first.packetId ?? 0 });
    must(peer, 'MQTT-4.3.2-1').satisfy((await one) === 'done', { expected: 'done after PUBACK', got: 'not done' });
    const two = send(2);
    const second = await must(peer, 'MQTT-4.3.3-1').receive({
      type: 'publish',
      qos: 2,
      dup: false,
      payload: bytes('at 2'),
    });
    const packetId = second?.type === 'publish' ? (second.packetId ?? 0) : 0;
    for (let i = 0; i < 2; i++) {
      peer.send({ type: 'pubrec', packetId });
      await must(peer, 'MQTT-4.3.3-1').receive({ type: 'pubrel', packetId });
    }
    peer.send({ type: 'pubcomp', packetId });
    must(peer, 'MQTT-4.3.3-1').satisfy((await two) === 'done', { expected: 'done after PUBCOMP', got: 'not done' });
  },
});

const lengths = [0, 115, 116, 16_371, 16_372, 2_097_139, 2_097_140];

export const remainingLengths = clientScenario('client-remaining-lengths', {
  title: 'PUBLISHes of every number of Remaining Length bytes arrive as they were published',
  section: '2.2-fixed-header',
  cites: ['MQTT-7.1.1-1'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    for (const length of lengths) {
      const payload = Buffer.alloc(length, 'x');
      void stage.adapter.do('publish', {
        topicName: 'bench/long',
        payload: payload.toString('base64'),
        qos: 0,
        retain: false,
      });
      await stage.must(peer).receive({ type: 'publish', topicName: 'bench/long', payload: new Uint8Array(payload) });
    }
  },
});

export const topicsUnchanged = clientScenario('client-topics-unchanged', {
  title: 'Topic Names with U+FEFF, U+FFFF and characters of four bytes are sent and delivered as they are',
  section: '1.5-data',
  cites: ['MQTT-1.5.3-3', 'MQTT-3.3.2-1'],
  async play(stage) {
    const topicName = 'bench/\ufeffa/\uffff/😀/ é';
    const { peer } = await stage.client();
    await stage.connected();
    void stage.adapter.do('publish', { topicName, payload: base64('out'), qos: 0, retain: false });
    await stage.must(peer).receive({ type: 'publish', topicName });
    peer.send({ type: 'publish', topicName, payload: bytes('in'), qos: 0, dup: false, retain: false });
    await stage.adapter.waitFor(() => (delivered(stage, 'in') > 0 ? true : undefined), stage.replyMs);
    const came = stage.adapter.messages.find(({ payload }) => payload.toString() === 'in');
    stage.must(peer).satisfy(came?.topicName === topicName, {
      expected: `a delivery on ${JSON.stringify(topicName)}`,
      got: came === undefined ? 'no delivery' : JSON.stringify(came.topicName),
    });
  },
});
