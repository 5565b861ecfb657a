// CONNACK: section 3.2.
import { connack, message, publish } from '../../../wire/packets.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

export const plainConnect = scenario('plain-connect', {
  title: 'A plain CONNECT is accepted by one CONNACK with return code 0 and Session Present 0',
  cites: { v3: ['MQTT-3.1.4-4', 'MQTT-3.2.2-1'] },
  async play({ given, when, must }) {
    const client = await given.connection();
    await when(client).sends(given.connect({ keepAlive: 60 }));
    const answer = await must(client, 'MQTT-3.1.4-4').receive(connack({ returnCode: 0 }));
    must(client, 'MQTT-3.2.2-1').satisfy(answer?.sessionPresent === false, {
      expected: 'Session Present 0',
      got: 'Session Present 1',
    });
    await must(client, 'MQTT-3.1.4-4').beServed();
  },
});

export const extremeConnects = scenario('extreme-connects', {
  title: 'CONNECTs with extreme fields are accepted, or refused with a listed return code',
  cites: { v3: ['MQTT-3.2.2-6', 'SHOULD-3.2.2.3-a'] },
  async play({ given, when, must, observe }) {
    for (const keepAlive of [0, 1, 65_535]) {
      const client = await given.connection(`keep alive ${keepAlive}`);
      const will = { topicName: given.topicName(), message: new Uint8Array(60_000) };
      await when(client).sends(given.connect({ keepAlive, will }));
      // Where no return code fits, the target closes without a CONNACK; to do neither is not left to it.
      const code = (await must(client, 'MQTT-3.2.2-6').receiveOrEnd({ type: 'connack' }))?.returnCode;
      must(client, 'MQTT-3.2.2-6').satisfy(code === undefined || code <= 5, {
        expected: 'a return code of Table 3.1, or a close',
        got: `${code}`,
      });
      observe(code === undefined ? 'closed' : `return code ${code}`, 'SHOULD-3.2.2.3-a');
      if (client.connection.isOpen) await when(client).disconnects();
    }
  },
});

const states = [
  'nothing stored',
  'a clean session before',
  'a stored session',
  'a stored session with a subscription',
] as const;

export const sessionPresent = states.flatMap((state) =>
  ([true, false] as const).map((cleanSession) => {
    const flag = cleanSession ? 'MQTT-3.2.2-1' : state.startsWith('a stored') ? 'MQTT-3.2.2-2' : 'MQTT-3.2.2-3';
    return scenario(`session-present-${state.replaceAll(' ', '-')}-clean-${cleanSession ? 1 : 0}`, {
      title: `Session Present after ${state}, CleanSession ${cleanSession ? 1 : 0}`,
      cites: { v3: [flag] },
      async play({ given, when, must }) {
        const clientId = given.clientId();
        if (state !== 'nothing stored') {
          const before = await given.client({
            name: 'before',
            clientId,
            cleanSession: state === 'a clean session before',
          });
          if (state.endsWith('subscription')) await given.subscription(before, given.topicName(), given.assuredQos);
          await when(before).disconnects();
        }
        const client = await given.connection();
        // What else a CONNECT says has nothing to do with its session.
        const will = { topicName: given.topicName('will'), message: 'gone', qos: 0 } as const;
        const text = state.endsWith('stored') && given.capabilities.refusedWills === 'none' ? { will } : {};
        await when(client).sends(given.connect({ clientId, cleanSession, ...text }));
        const demanded = !cleanSession && state.startsWith('a stored');
        // A broker that forgets sessions is found out by what it forgets; here it is the flag alone.
        await must(client, flag).receive(connack({ returnCode: 0, sessionPresent: demanded }));
      },
    });
  }),
);

export const refusalOfStored = scenario('refusal-of-a-stored-session', {
  title: 'A refusal has Session Present 0 also where a session is stored, and is followed by the end',
  cites: { v3: ['MQTT-3.2.2-4', 'MQTT-3.2.2-5'] },
  async play({ given, when, must }) {
    const clientId = given.clientId();
    const stored = await given.subscriber(given.topicName(), { clientId, cleanSession: false });
    await when(stored).disconnects();
    const refused = await given.connection('refused');
    const payload = [raw.field(clientId)];
    await when(refused).sendsBytes(raw.connect({ protocolLevel: 6, flags: 0, payload }), 'CONNECT with level 6');
    const arrived = await refused.connection.waitFor(
      () => refused.take({ type: 'connack' }) ?? refused.connection.ending,
    );
    if (arrived === undefined || !('packet' in arrived)) given.skip('the target refuses it without a CONNACK');
    const answer =
      arrived !== undefined && 'packet' in arrived && arrived.packet.type === 'connack' ? arrived.packet : undefined;
    must(refused, 'MQTT-3.2.2-4').satisfy(answer?.sessionPresent === false, {
      expected: 'Session Present 0',
      got: 'Session Present 1',
    });
    await must(refused, 'MQTT-3.2.2-5').end();
  },
});

export const refusalOfStoredByClientId = scenario('refusal-then-close', {
  title: 'A CONNACK with a nonzero return code is followed by the end of the connection',
  cites: { v3: ['MQTT-3.2.2-5', 'MQTT-3.2.2-4'] },
  async play({ given, when, must }) {
    const refused = await given.connection('refused');
    await when(refused).sends(given.connect({ clientId: '', cleanSession: false }));
    const answer = await refused.awaits({ type: 'connack' });
    if (answer?.packet.type !== 'connack' || answer.packet.returnCode === 0)
      return given.skip('the target does not refuse it by a CONNACK');
    must(refused, 'MQTT-3.2.2-4').satisfy(!answer.packet.sessionPresent, {
      expected: 'Session Present 0',
      got: 'Session Present 1',
    });
    await must(refused, 'MQTT-3.2.2-5').end();
  },
});

export const connackBeforeQueued = scenario('connack-ahead-of-queued-messages', {
  title: 'CONNACK comes ahead of the messages that were queued',
  cites: { v3: ['MQTT-3.2.0-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const away = await given.subscriber(topicName, { clientId, cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    for (const payload of ['1', '2', '3']) await when(publisher).publishes({ topicName, payload, qos: 1 });
    const back = await given.connection('subscriber again');
    await when(back).sends(
      given.connect({ clientId, cleanSession: false }),
      publish({ topicName: `${topicName}/other` }),
    );
    given.that(
      (await back.connection.waitFor(() => back.connection.pending.find(({ packet }) => packet.type === 'publish'))) !==
        undefined,
      'no queued message came',
    );
    const [first] = back.connection.pending;
    must(back).satisfy(first?.packet.type === 'connack', {
      expected: 'CONNACK first',
      got: first?.packet.type ?? 'nothing',
    });
    await must(back).receive(message('1'));
  },
});
