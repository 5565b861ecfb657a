// Keep Alive: section 3.1.2.10. Real timers: started first, waiting together.
import { connack, message, publish, subscribe, unsubscribe } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { ConnectText } from '../../../wire/play/given.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';
import { doesEverything } from './open-exchanges.ts';

/**
 * Late is recorded, never is a failure, unless the sentence is read so. What was measured, with intervals of 1, 2 and 4 s: aedes ends a
 * client after 1.5, 3 and 6 s; ejabberd after 2, 3 and 6; ActiveMQ after 2.5 intervals and RabbitMQ after 3, whatever the interval;
 * mosquitto looks every 5 s (2.5 to 5.1 s, 3.6 to 8.5, 8.5 to 11.1). So a factor of three is no sign of a broker that has forgotten the
 * sentence, and to tell it from a timer of 5 s would take an interval of 4 s and a wait of 12: a run of 4 s three times as long for everybody.
 */
const timerMs = 1_000;

export const silentClient = scenario('keep-alive-timeout', {
  title: 'A client that is silent for one and a half times its Keep Alive is disconnected, and its will is published',
  cites: { v3: ['MQTT-3.1.2-24', 'MQTT-3.1.2-8', 'MAY-3.1.2.10-a'] },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  async play({ given, must, observe }) {
    const topicName = given.topicName('will');
    const qos = given.assuredQos;
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
    const silent = await given.client({ name: 'silent', keepAlive: 1, will: { topicName, message: 'silent', qos } });
    const since = given.now();
    given.waitsFor('keep-alive timer', 1_500);
    const ending = await must(silent, 'MQTT-3.1.2-24').end(1_500 + given.lateKeepAliveMs);
    const after = ((ending?.at ?? since) - since) / 1_000;
    const [verdict, because] = given.disputed('late-keep-alive', { late: 'observed', prompt: 'fail' } as const);
    const isLate = after > (1_500 + timerMs) / 1_000;
    if (isLate && verdict === 'fail')
      must(silent, 'MQTT-3.1.2-24').satisfy(false, {
        expected: 'the end after 1.5 s, and one more for a timer that looks once a second',
        got: `the end after ${after.toFixed(1)} s (${because})`,
      });
    observe(
      `disconnected after ${after.toFixed(1)} s of silence (due after 1.5 s)${isLate ? `: ${because}` : ''}`,
      after < 1.45 ? 'MAY-3.1.2.10-a' : 'MQTT-3.1.2-24',
    );
    await must(watcher, 'MQTT-3.1.2-8', 'MQTT-3.1.2-24').receive(message('silent'), given.unhurriedMs);
  },
});

export const listeningClient = scenario('keep-alive-not-reset-by-server', {
  title: 'What the server sends does not reset Keep Alive',
  cites: { v3: ['MQTT-3.1.2-24'] },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const listener = await given.subscriber(topicName, { name: 'listener', keepAlive: 1 });
    const publisher = await given.client({ name: 'publisher' });
    const end = must(listener).end(1_500 + given.lateKeepAliveMs);
    let over = false;
    void end
      .catch(() => {})
      .finally(() => {
        over = true;
      });
    while (!over) {
      await when(publisher).sends(publish({ topicName, payload: 'x' }));
      await given.time(400, 'keep-alive timer');
    }
    await end;
  },
});

export const tricklingClient = scenario('keep-alive-not-reset-by-part-of-a-packet', {
  title: 'Bytes that never become a packet do not reset Keep Alive',
  cites: { v3: ['MQTT-3.1.2-24'] },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  async play({ given, when, must, should }) {
    const since = given.now();
    const silent = await given.client({ name: 'silent', keepAlive: 1 });
    const client = await given.client({ name: 'slow', keepAlive: 1 });
    const part = 'bytes of a PUBLISH that never ends';
    await when(client).sendsBytes(Uint8Array.of(0x30, 0x7f), part);
    const [verdict] = given.disputed('part-of-a-packet', { counts: 'should', 'counts-not': 'must' } as const);
    const trickle = async (over: () => boolean): Promise<void> => {
      while (!over() && client.connection.isOpen) {
        await given.time(400, 'keep-alive timer');
        if (client.connection.isOpen) await when(client).sendsBytes(Uint8Array.of(0), part);
      }
    };
    // Who sends nothing at all shows how long the target takes; as long again is given to the other.
    const control = silent.connection.waitFor(() => silent.connection.ending, 1_500 + given.lateKeepAliveMs);
    let over = false;
    const trickling = trickle(() => over);
    try {
      given.that((await control) !== undefined, 'a client that is silent is not disconnected either');
      const took = given.now() - since;
      await (verdict === 'must' ? must : should)(client).end(took + 1_000);
    } finally {
      over = true;
      await trickling;
    }
  },
});

/** A client that falls silent after this; each has Keep Alive as much as one that never sent anything. */
const before: Readonly<Record<string, (stage: Stage, client: Client, topicName: string) => Promise<unknown>>> = {
  'a PINGREQ': (_stage, client) => client.pings(),
  'a PUBLISH': ({ given, when }, client) =>
    when(client).publishes({ topicName: given.topicName(), payload: 'x', qos: given.assuredQos }),
  'a SUBSCRIBE': ({ given }, client, topicName) => given.subscription(client, topicName, given.assuredQos),
  everything: doesEverything,
  'a SUBSCRIBE and a PINGREQ': async ({ given }, client) => {
    await given.subscription(client, given.topicName(), given.assuredQos);
    await client.pings();
  },
};

export const silentAfterAll = scenario('keep-alive-timeout-of-every-client', {
  title: 'Keep Alive ends every client that falls silent, whatever it has sent before; a stored session alone is kept',
  cites: {
    v3: [
      'MQTT-3.1.2-24',
      'MQTT-3.1.2-4',
      'MQTT-3.1.2-5',
      'MQTT-3.1.2-6',
      'MQTT-3.2.2-2',
      'MQTT-4.1.0-1',
      'MQTT-4.5.0-1',
    ],
  },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  async play(stage) {
    const { given, when, must } = stage;
    const cases = Object.entries(before).flatMap(([what, sends]) =>
      [true, false].map((cleanSession) => ({ what, sends, cleanSession })),
    );
    given.waitsFor('keep-alive timer', 1_500);
    await given.each(cases, async ({ what, sends, cleanSession }) => {
      const client = await given.client({ name: `silent after ${what}`, keepAlive: 1, cleanSession });
      const [topicName, qos] = [given.topicName(), given.assuredQos];
      await sends(stage, client, topicName);
      await must(client, 'MQTT-3.1.2-24').end(1_500 + given.lateKeepAliveMs);
      if (what !== 'a SUBSCRIBE') return;
      const { clientId } = client;
      if (cleanSession) {
        // Who is not let in again so soon says nothing about what was left.
        const anew = await given.client({ name: 'anew', clientId, cleanSession: false });
        return must(anew, 'MQTT-3.1.2-6').satisfy(given.protocol === '3.1' || anew.sessionPresent !== true, {
          expected: 'Session Present 0',
          got: 'Session Present 1',
        });
      }
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'queued', qos });
      const again = await given.connection('again');
      await when(again).sends(given.connect({ clientId, cleanSession: false }));
      await must(again, 'MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.2.2-2').receive(
        connack({ returnCode: 0, ...given.toldOfSession() }),
      );
      await when(publisher).publishes({ topicName, payload: 'live', qos });
      if (qos === 0) return;
      await must(again, 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receive(message('live'));
      await must(again, 'MQTT-3.1.2-5', 'MQTT-4.5.0-1').receive(message('queued'));
    });
  },
});

export const silentOfAnyName = scenario('keep-alive-timeout-whoever-it-is', {
  title: 'Keep Alive ends a client that falls silent if it has a user name too, or an empty client id',
  cites: { v3: ['MQTT-3.1.2-24'] },
  timed: true,
  async play({ given, when, must }) {
    const { emptyClientId } = given.capabilities;
    const credentials = given.userName === undefined ? { credentials: { userName: 'user' } } : {};
    const texts: readonly ConnectText[] = [credentials, ...(emptyClientId ? [{ clientId: '' }] : [])];
    given.waitsFor('keep-alive timer', 1_500);
    let letIn = 0;
    await given.each(texts, async (text) => {
      const client = await given.connection('silent');
      await when(client).sends(given.connect({ ...text, keepAlive: 1 }));
      const answer = await client.gets({ type: 'connack' });
      // A target may let in nobody whom it does not know.
      if (answer?.packet.type !== 'connack' || answer.packet.returnCode !== 0) return;
      letIn++;
      await must(client).end(1_500 + given.lateKeepAliveMs);
    });
    if (letIn === 0) given.skip('the target lets in neither');
  },
});

export const silentWhenResumed = scenario('keep-alive-timeout-when-resumed', {
  title: 'A client that has resumed its session is held to the Keep Alive of its new connection',
  cites: { v3: ['MQTT-3.1.2-24'] },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  async play({ given, when, must }) {
    await given.each(['at once', 'after a PINGREQ', 'in place of another'], async (silent) => {
      const before = await given.client({ name: `silent ${silent}`, cleanSession: false });
      if (silent !== 'in place of another') await when(before).disconnects();
      given.waitsFor('keep-alive timer', 1_500);
      const again =
        silent === 'in place of another'
          ? await given.client({ name: 'newer', clientId: before.clientId, cleanSession: false, keepAlive: 1 })
          : await given.resumed(before, { keepAlive: 1 });
      if (silent === 'after a PINGREQ') await again.pings();
      await must(again).end(1_500 + given.lateKeepAliveMs);
    });
  },
});

const kinds = ['PINGREQ', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE'] as const;

export const activeClients = kinds.map((kind) =>
  scenario(`keep-alive-reset-by-${kind.toLowerCase()}`, {
    title: `A client that sends ${kind} in time stays connected beyond one and a half times its Keep Alive`,
    cites: { v3: ['MQTT-3.1.2-24'] },
    protocols: ['3.1.1', '3.1'],
    timed: true,
    async play({ given, when, must }) {
      const topicName = given.topicName();
      const { maximumQos, retainedMessages } = given.capabilities;
      const levels = [0, 1, 2]
        .filter((qos) => kind === 'PUBLISH' && qos <= maximumQos)
        .map((qos) => ({ qos, retain: false }));
      const retained = retainedMessages ? [{ qos: 0, retain: true }] : [];
      await given.each(kind === 'PUBLISH' ? [...levels, ...retained] : [{ qos: 0, retain: false }], async (one) => {
        const { qos, retain } = one;
        const client = await given.client({ keepAlive: 1 });
        let lastSent = given.now();
        let longestMs = 0;
        for (let i = 0; i < 4; i++) {
          await given.time(800, 'keep-alive timer');
          longestMs = Math.max(longestMs, given.now() - lastSent);
          lastSent = given.now();
          const packetId = i + 1;
          if (kind === 'PINGREQ') await when(client).sends({ type: 'pingreq' });
          else if (kind === 'UNSUBSCRIBE') await when(client).sends(unsubscribe(packetId, topicName));
          else if (kind === 'SUBSCRIBE')
            await when(client).sends(subscribe(packetId, { topicFilter: topicName, qos: 0 }));
          else if (qos === 1 || qos === 2) await when(client).sends(publish({ topicName, qos, packetId }));
          else await when(client).sends(publish({ topicName, retain }));
        }
        // A tester that was late beyond Keep Alive has broken its own duty (MQTT-3.1.2-23): nobody is to blame for the end then.
        given.that(client.connection.isOpen || longestMs < 1_000, 'the tester itself was late');
        must(client).satisfy(client.connection.isOpen, {
          expected: 'the client is still connected',
          got: 'it was disconnected',
        });
        client.connection.pending = [];
        given.that(given.now() - lastSent < 1_000, 'the tester itself was late');
        await must(client).beServed();
      });
    },
  }),
);

export const longKeepAlives = scenario('keep-alive-of-hours', {
  title: 'A client whose Keep Alive is long is still connected after two seconds, whatever the two bytes of it',
  cites: { v3: ['MQTT-3.1.2-24', 'MAY-3.1.2.10-a'] },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  async play({ given, must, observe }) {
    const clients: Client[] = [];
    await given.each([256, 32_767, 32_768, 65_535], async (keepAlive) => {
      const silent = await given.client({ name: `silent with ${keepAlive} s`, keepAlive });
      await given.time(2_000, 'silence within Keep Alive');
      await silent.pings();
      clients.push(silent);
    });
    // Who is inactive may be disconnected at any time: that is nobody's Keep Alive then, where it happens to all.
    if (clients.every(({ connection }) => !connection.isOpen))
      return observe('every client that is silent is disconnected, whatever its Keep Alive', 'MAY-3.1.2.10-a');
    for (const silent of clients) await must(silent, 'MQTT-3.1.2-24').beServed();
  },
});

export const noKeepAlive = scenario('keep-alive-0', {
  title: 'A client without Keep Alive is not disconnected for its silence, as far as this run lasts',
  cites: { v3: ['MAY-3.1.2.10-a'] },
  protocols: ['3.1.1', '3.1'],
  timed: true,
  observesOnly: true,
  async play({ given, may }) {
    const silent = await given.client({ keepAlive: 0 });
    await given.time(2_400, 'silence without Keep Alive');
    await may(silent, 'MAY-3.1.2.10-a').beServed();
  },
});
