import { describe, expect, test } from 'vitest';
import type { Packet } from '../../reference/codec/packet.ts';
import { describePacket } from '../wire/describe.ts';
import { capturedFixtures } from './captured.ts';
import { parseFixture } from './parse-fixture.ts';
import { Renaming } from './renaming.ts';
import { type Act, gathered, type Script, scriptOf } from './script.ts';

const named = (name: string): Script => {
  const found = capturedFixtures().find((captured) => captured.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return scriptOf(found.fixture);
};

function word(act: Act): string {
  switch (act.kind) {
    case 'send':
      return `${act.connection} > ${act.packets.map(({ type }) => type).join(' ')}`;
    case 'reply':
      return `${act.connection} < ${act.packet.type}`;
    case 'delivery':
      return `${act.connection} < publish (${act.because}, published at ${act.publishedQos})`;
    case 'ended':
      return `${act.connection} < ended by ${act.because}`;
    case 'open':
    case 'end':
      return `${act.connection} ${act.kind}`;
  }
}

const words = (acts: readonly Act[]): string[] => acts.map(word);

describe('the script of a captured conversation', () => {
  test('leaves acknowledgements of deliveries to whenever these come', () => {
    const script = named('mosquitto/qos-1');
    expect(words(script.acts)).toEqual([
      'sub open',
      'sub > connect',
      'sub < connack',
      'sub > subscribe',
      'sub < suback',
      'pub open',
      'pub > connect',
      'pub < connack',
      'pub > publish',
      ...words(script.acts).slice(9),
    ]);
    expect(words(script.acts)).toContain('sub < publish (MQTT-4.5.0-1, published at 1)');
    expect([...script.acknowledging]).toEqual(['sub']);
  });

  test.each([
    ['paho-c/will', 'sub < publish (MQTT-3.1.2-8, published at 1)'],
    ['paho-c/retained', 'sub < publish (MQTT-3.3.1-6, published at 1)'],
    ['paho-c/session-qos-1', 'keeper-2 < publish (MQTT-3.1.2-5, published at 1)'],
    ['paho-c/takeover', 'twin < ended by takeover'],
    ['rabbitmq/bad-credentials', 'intruder < ended by refusal'],
  ])('%s: knows why', (name, act) => {
    expect(words(named(name).acts)).toContain(act);
  });

  test('demands what the standard demands where the captured broker did not', () => {
    const acts = words(named('rabbitmq/qos-2-granted-1').acts);
    const at = acts.indexOf('pub > publish');
    expect(
      acts
        .slice(at)
        .filter((act) => act.startsWith('pub'))
        .slice(0, 4),
    ).toEqual(['pub > publish', 'pub < pubrec', 'pub > pubrel', 'pub < pubcomp']);
  });

  test("cannot be made from topics that are the broker's own", () => {
    const bytes = '82 09 0001 0004 24535953 00';
    const connect = '10 0D 0004 4D515454 04 02 0000 0001 63';
    const text = `mqttspec fixture 1\ntitle: x\n\n0.000 c > open\n0.000 c > ${connect}\n0.000 c > ${bytes}\n`;
    expect(() => scriptOf(parseFixture(text, 'x'))).toThrow('topics of the broker\'s own, such as "$SYS"');
  });

  test('cannot be made from packets that are malformed', () => {
    const text = 'mqttspec fixture 1\ntitle: x\n\n0.000 c > open\n0.000 c > C1 00\n';
    expect(() => scriptOf(parseFixture(text, 'x'))).toThrow('c, line 5: only well-formed packets can be replayed');
  });
});

describe('packets in one write', () => {
  test('are as many as need no answer before, and nobody else between', () => {
    expect(words(gathered(named('mosquitto/several-filters')).acts)).toContain('sub > connect subscribe unsubscribe');
    expect(words(gathered(named('mosquitto/lines')).acts)).toContain('pub > connect publish');
  });

  test('do not use an identifier twice', () => {
    // Paho C begins its UNSUBSCRIBE with the identifier that its SUBSCRIBE had.
    const acts = words(gathered(named('aedes/unsubscribe')).acts);
    expect(acts).toContain('sub > connect subscribe');
    expect(acts).toContain('sub > unsubscribe');
  });

  test('are all that were there, in their order', () => {
    for (const { fixture } of capturedFixtures()) {
      const sent = (script: Script): string[] => {
        const lanes = new Map<string, string[]>();
        for (const act of script.acts) {
          if (act.kind !== 'send') continue;
          lanes.set(act.connection, [...(lanes.get(act.connection) ?? []), ...act.packets.map(describePacket)]);
        }
        return [...lanes].map(([lane, packets]) => `${lane}: ${packets.join(', ')}`);
      };
      const script = scriptOf(fixture);
      expect(sent(gathered(script))).toEqual(sent(script));
    }
  });
});

describe('a replayed client', () => {
  const renaming = (credentials: { userName?: string; password?: Uint8Array } = {}): Renaming => {
    let ids = 0;
    return new Renaming({ prefix: 'run/7', newClientId: () => `id${++ids}`, credentials });
  };
  const connect = { type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 1, clientId: 'pub' } as const;
  const wrong = Uint8Array.of(0x2a);

  test('keeps its topics, filters and client ids within the run', () => {
    const names = renaming();
    const packets: Packet[] = [
      connect,
      { ...connect, clientId: '' },
      { ...connect, will: { topicName: 'w', message: wrong, qos: 0, retain: false } },
      { type: 'publish', topicName: 'a', qos: 0, dup: false, retain: false, payload: wrong },
      {
        type: 'subscribe',
        packetId: 1,
        subscriptions: [
          { topicFilter: '#', qos: 1 },
          { topicFilter: 'a/+', qos: 0 },
        ],
      },
      { type: 'unsubscribe', packetId: 2, topicFilters: ['#'] },
      { type: 'pingreq' },
    ];
    expect(packets.map((packet) => describePacket(names.packet(packet)))).toEqual([
      'CONNECT level 4 client id "id1" clean session 1 keep alive 60',
      'CONNECT level 4 client id "" clean session 1 keep alive 60',
      'CONNECT level 4 client id "id1" clean session 1 keep alive 60 will "run/7/w" QoS 0',
      'PUBLISH "run/7/a" QoS 0 DUP 0 RETAIN 0 1 byte "*"',
      'SUBSCRIBE id 1 "run/7/#" QoS 1 "run/7/a/+" QoS 0',
      'UNSUBSCRIBE id 2 "run/7/#"',
      'PINGREQ',
    ]);
  });

  test('comes with the credentials of the target, and with a wrong password where it was refused', () => {
    const right = Uint8Array.of(1);
    const names = renaming({ userName: 'tester', password: right });
    expect(names.packet(connect)).toMatchObject({ userName: 'tester', password: right });
    const refused = { ...connect, userName: 'nobody', password: wrong };
    expect(names.packet(refused, { wrongPassword: true })).toMatchObject({ userName: 'tester', password: wrong });
    expect(names.packet(connect, { wrongPassword: true })).not.toHaveProperty('userName');
  });
});
