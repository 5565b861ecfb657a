// Packet Identifiers of a client, and what it sends again: sections 2.3.1, 3.3.1, 4.4, 4.6.

import type { ClientStage } from '../../wire/serve/client-stage.ts';
import type { Peer } from '../../wire/serve/peer.ts';
import { clientScenario } from '../client-scenario.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const publishes = (stage: ClientStage, payload: string, qos: 0 | 1 | 2): void =>
  void stage.adapter.do('publish', { topicName: 'bench/t', payload: base64(payload), qos, retain: false }, 60_000);

/** Identifiers of the next publishes, by payload. */
async function identifiersOf(
  stage: ClientStage,
  peer: Peer,
  payloads: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let i = 0; i < payloads.length; i++) {
    const { packet } = await stage.arrived(peer, 'publish');
    found.set(Buffer.from(packet.payload).toString(), packet.packetId ?? 0);
  }
  return found;
}

export const identifiersDiffer = clientScenario('client-identifiers-outstanding-differ', {
  title: 'Identifiers that are outstanding at the same time differ, across PUBLISH, SUBSCRIBE and UNSUBSCRIBE',
  section: '2.3-packet-identifier',
  cites: ['MQTT-2.3.1-2', 'MQTT-2.3.1-1'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    for (let i = 0; i < 3; i++) {
      publishes(stage, `one ${i}`, 1);
      publishes(stage, `two ${i}`, 2);
      void stage.adapter.do('subscribe', { topicFilter: `bench/${i}`, qos: 1 }, 60_000);
      void stage.adapter.do('unsubscribe', { topicFilter: `bench/${i}/none` }, 60_000);
    }
    const wanted = 12;
    const outstanding = (): number[] =>
      peer.pending.flatMap(({ packet }) =>
        'packetId' in packet && packet.packetId !== undefined ? [packet.packetId] : [],
      );
    // A client may hold back what exceeds its window: what arrives is judged.
    await peer.waitFor(() => (outstanding().length >= wanted ? true : undefined));
    const ids = outstanding();
    stage.that(ids.length > 1, 'fewer than two packets with identifiers came');
    stage.must(peer, 'MQTT-2.3.1-2').satisfy(new Set(ids).size === ids.length, {
      expected: 'identifiers that differ',
      got: ids.join(', '),
    });
    stage.must(peer, 'MQTT-2.3.1-1').satisfy(!ids.includes(0), { expected: 'no identifier 0', got: ids.join(', ') });
  },
});

export const resendKeepsIdentifier = clientScenario('client-resends-with-identifier-and-dup', {
  title: 'After a reconnect unacknowledged PUBLISHes come again, with their identifiers, DUP 1 and in their order',
  section: '4.4-redelivery',
  cites: ['MQTT-2.3.1-3', 'MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-4.6.0-1'],
  needs: ['reconnect', 'stored session'],
  async play(stage) {
    const payloads = ['a', 'b', 'c', 'd'];
    const { peer } = await stage.client({ cleanSession: false, reconnect: true });
    await stage.connected();
    payloads.forEach((payload, i) => {
      publishes(stage, payload, i % 2 === 0 ? 1 : 2);
    });
    const before = await identifiersOf(stage, peer, payloads);
    peer.cut('FIN');
    const again = await stage.arrival();
    await stage.accepted(again, { sessionPresent: true });
    const came: string[] = [];
    for (const payload of payloads) {
      const packet = await stage.must(again, 'MQTT-4.4.0-1').receive({ type: 'publish' });
      if (packet?.type !== 'publish') return;
      const text = Buffer.from(packet.payload).toString();
      came.push(text);
      stage.must(again, 'MQTT-2.3.1-3').satisfy(packet.packetId === before.get(text), {
        expected: `${payload} with identifier ${before.get(text)}`,
        got: `identifier ${packet.packetId}`,
      });
      stage.must(again, 'MQTT-3.3.1-1').satisfy(packet.dup, { expected: `${text} with DUP 1`, got: 'DUP 0' });
    }
    stage.must(again, 'MQTT-4.6.0-1').satisfy(came.join() === payloads.join(), {
      expected: `${payloads.join(', ')} in this order`,
      got: came.join(', '),
    });
  },
});

export const pubrelResent = clientScenario('client-resends-pubrel', {
  title:
    'After a reconnect a PUBREL without PUBCOMP comes again, and its identifier is not taken by a new message before',
  section: '4.4-redelivery',
  cites: ['MQTT-4.4.0-1', 'MQTT-2.3.1-3'],
  needs: ['reconnect', 'stored session'],
  async play(stage) {
    const { peer } = await stage.client({ cleanSession: false, reconnect: true });
    await stage.connected();
    publishes(stage, 'held', 2);
    const { packet } = await stage.arrived(peer, 'publish');
    const { packetId = 0 } = packet;
    peer.send({ type: 'pubrec', packetId });
    await stage.arrived(peer, 'pubrel');
    publishes(stage, 'new', 1);
    const fresh = await peer.waitFor(() => peer.take(({ type }) => type === 'publish'));
    if (fresh?.packet.type === 'publish')
      stage.must(peer, 'MQTT-2.3.1-3').satisfy(fresh.packet.packetId !== packetId, {
        expected: `another identifier than ${packetId}, whose PUBCOMP has not come`,
        got: `${fresh.packet.packetId}`,
      });
    peer.cut('FIN');
    const again = await stage.arrival();
    await stage.accepted(again, { sessionPresent: true });
    await stage.must(again, 'MQTT-4.4.0-1').receive({ type: 'pubrel', packetId });
  },
});

export const pubrelOrder = clientScenario('client-pubrel-in-order', {
  title: 'PUBRELs come in the order of the PUBRECs',
  section: '4.6-ordering',
  cites: ['MQTT-4.6.0-4'],
  async play(stage) {
    const payloads = ['a', 'b', 'c'];
    const { peer } = await stage.client();
    await stage.connected();
    for (const payload of payloads) publishes(stage, payload, 2);
    const ids = [...(await identifiersOf(stage, peer, payloads)).values()].reverse();
    peer.send(...ids.map((packetId) => ({ type: 'pubrec', packetId }) as const));
    await stage.must(peer).receiveInOrder('pubrel', ids);
  },
});
