// How a client begins and ends a connection: sections 3.1, 3.2, 3.12, 3.14, 7.1.2.
import type { ClientStage } from '../../wire/serve/client-stage.ts';
import { clientScenario } from '../client-scenario.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const connectsByteByByte = clientScenario('client-connack-byte-by-byte', {
  title: 'CONNECT comes first, and a CONNACK in segments of one byte is understood',
  section: '7-conformance',
  cites: ['MQTT-7.1.2-1', 'MQTT-3.1.0-1'],
  async play(stage) {
    const { must, adapter } = stage;
    const peer = await stage.dialled();
    await must(peer, 'MQTT-3.1.0-1').receive({ type: 'connect' });
    await peer.sendByteByByte({ type: 'connack', returnCode: 0, sessionPresent: false });
    const connected = await adapter.waitFor(
      () => adapter.events.find(({ event }) => event === 'connected'),
      stage.replyMs * 3,
    );
    must(peer, 'MQTT-7.1.2-1').satisfy(connected !== undefined, {
      expected: 'the client says that it is connected',
      got: 'it does not',
    });
  },
});

export const connectAsAsked = clientScenario('client-connect-as-asked', {
  title:
    'CONNECT carries what the application asked for: client id, Clean Session, Keep Alive, will, user name and password',
  section: '3.1-connect',
  cites: ['MQTT-3.1.3-1', 'MQTT-3.1.2-9', 'MQTT-3.1.2-19', 'MQTT-3.1.2-21', 'MQTT-3.1.3-3'],
  async play(stage) {
    const peer = await stage.dialled({
      clientId: 'as-asked',
      cleanSession: false,
      keepAlive: 77,
      userName: 'somebody',
      password: 'secret',
      will: { topicName: 'bench/will', payload: base64('gone'), qos: 1, retain: true },
    });
    const connect = await stage
      .must(peer, 'MQTT-3.1.3-3')
      .receive({ type: 'connect', protocolName: 'MQTT', clientId: 'as-asked', cleanSession: false, keepAlive: 77 });
    const { findings = [], bytes } = peer.lastReceived ?? {};
    const text = Buffer.from(bytes ?? new Uint8Array()).toString('latin1');
    const order = ['as-asked', 'bench/will', 'gone', 'somebody', 'secret'].map((part) => text.indexOf(part));
    stage
      .must(peer, 'MQTT-3.1.3-1', 'MQTT-3.1.2-9', 'MQTT-3.1.2-19', 'MQTT-3.1.2-21')
      .satisfy(connect !== undefined && findings.length === 0 && order.every((at, i) => at > (order[i - 1] ?? 0)), {
        expected: 'client id, will topic, will message, user name, password, in this order',
        got:
          findings.length > 0
            ? findings.map((finding) => finding.text).join(', ')
            : `they stand at ${order.join(', ')}`,
      });
  },
});

/** Asks for an empty client id; what the client sends is judged, and that it sends nothing is observed. */
async function playEmptyId(stage: ClientStage, { cleanSession }: { readonly cleanSession: boolean }): Promise<void> {
  void stage.adapter.do('connect', stage.command({ clientId: '', cleanSession }));
  const peer = await stage.nextPeer(stage.replyMs);
  if (peer === undefined) return stage.observe('the library refuses to connect', 'MQTT-3.1.3-7');
  const { packet } = await stage.arrived(peer, 'connect');
  stage.must(peer).satisfy(packet.clientId !== '' || packet.cleanSession, {
    expected: 'a client id, or Clean Session 1',
    got: 'an empty client id with Clean Session 0',
  });
}

const emptyId = { section: '3.1-connect', cites: ['MQTT-3.1.3-7'], needs: ['empty client id'] } as const;

export const emptyClientId = clientScenario('client-empty-id-with-stored-session', {
  title: 'With an empty client id the client sends Clean Session 1, or refuses to connect',
  ...emptyId,
  play: (stage) => playEmptyId(stage, { cleanSession: false }),
});

export const emptyClientIdOfCleanSession = clientScenario('client-empty-id-with-clean-session', {
  title: 'A client that is told to have no client id connects with Clean Session 1',
  ...emptyId,
  play: (stage) => playEmptyId(stage, { cleanSession: true }),
});

export const keepsAlive = clientScenario('client-pingreq-in-time', {
  title: 'A client with nothing to send sends PINGREQ, so that it is never silent for longer than its Keep Alive',
  section: '3.1-connect',
  cites: ['MQTT-3.1.2-23'],
  async play(stage) {
    const keepAlive = 2;
    const { peer } = await stage.client({ keepAlive });
    let last = stage.now();
    for (let period = 0; period < 3; period++) {
      const packet = await stage.must(peer).receive({ type: 'pingreq' }, keepAlive * 1_000 + stage.replyMs);
      if (packet === undefined) return;
      const at = stage.now();
      // A machine under load delays what was sent in time: half a period is no violation that can be shown.
      stage.must(peer).satisfy(at - last <= keepAlive * 1_500, {
        expected: `a packet within ${keepAlive} s`,
        got: `${Math.round(at - last)} ms of silence`,
      });
      last = at;
      peer.send({ type: 'pingresp' });
    }
  },
});

export const unansweredPing = clientScenario('client-closes-without-pingresp', {
  title: 'A client that gets no PINGRESP in a reasonable time ends the connection',
  section: '3.1-connect',
  cites: ['SHOULD-3.1.2.10-b'],
  needs: ['pingresp timeout'],
  async play(stage) {
    const { peer } = await stage.client({ keepAlive: 1 });
    await stage.arrived(peer, 'pingreq', 1_000 + stage.replyMs);
    await stage.should(peer).end(4_000 + stage.replyMs);
  },
});

export const noConnack = clientScenario('client-closes-without-connack', {
  title: 'A client that gets no CONNACK in a reasonable time ends the connection',
  section: '3.2-connack',
  cites: ['SHOULD-3.2-a'],
  needs: ['connack timeout'],
  async play(stage) {
    const peer = await stage.dialled();
    await stage.arrived(peer, 'connect');
    await stage.should(peer).end(4_000 + stage.replyMs);
  },
});

export const sessionPresentUnexpected = clientScenario('client-session-present-without-state', {
  title: 'What a client does upon Session Present 1, though it has no state',
  section: '3.2-connack',
  cites: ['MAY-3.2.2.2-a'],
  async play(stage) {
    const peer = await stage.dialled({ cleanSession: false });
    await stage.accepted(peer, { sessionPresent: true });
    void stage.adapter.do('subscribe', { topicFilter: 'bench/a', qos: 0 });
    const reaction = await peer.waitFor(
      () => peer.ending ?? peer.take(({ type }) => type === 'subscribe' || type === 'disconnect'),
    );
    const went = reaction !== undefined && 'packet' in reaction && reaction.packet.type === 'subscribe';
    stage.observe(went ? 'it goes on' : 'it ends the connection', 'MAY-3.2.2.2-a');
  },
});

export const closesAfterDisconnect = clientScenario('client-closes-after-disconnect', {
  title: 'After DISCONNECT the client ends the connection',
  section: '3.14-disconnect',
  cites: ['MQTT-3.14.4-1'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    void stage.adapter.do('disconnect');
    await stage.arrived(peer, 'disconnect');
    await stage.must(peer).end();
  },
});

export const silentAfterDisconnect = clientScenario('client-silent-after-disconnect', {
  title: 'After DISCONNECT the client sends nothing, not even the acknowledgement of what came just before',
  section: '3.14-disconnect',
  cites: ['MQTT-3.14.4-2'],
  async play(stage) {
    const { peer } = await stage.client();
    await stage.connected();
    void stage.adapter.do('disconnect');
    const payload = new TextEncoder().encode('tempting');
    peer.send({ type: 'publish', topicName: 'bench/late', payload, qos: 1, packetId: 7, dup: false, retain: false });
    await stage.arrived(peer, 'disconnect');
    await peer.waitFor(() => peer.ending);
    const later = peer.after('disconnect');
    stage.must(peer).satisfy(later.length === 0, {
      expected: 'nothing behind DISCONNECT',
      got: later.map(({ type }) => type.toUpperCase()).join(', '),
    });
  },
});
