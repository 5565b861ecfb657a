import { describe, expect, test } from 'vitest';
import { BrokerLog } from './broker-log.ts';
import { type LogEntry, type LogLevel, textLine } from './log-entry.ts';

const client = { connectionId: 7, remoteAddress: '192.0.2.1', clientId: 'c', userName: 'u' };

/** All lines that a log of this level writes of one life, without their time. */
function lines(level: LogLevel): string[] {
  const entries: LogEntry[] = [];
  const log = new BrokerLog({ level, write: (entry) => entries.push(entry), date: () => new Date(0) });
  const events = log.events();
  events.connected?.({ ...client, sessionPresent: true });
  events.subscribed?.({ ...client, topicFilter: 'a/#', qos: 1 });
  events.published?.({ topicName: 'a', payload: new TextEncoder().encode('content'), qos: 0, retain: true });
  events.unsubscribed?.({ ...client, topicFilter: 'a/#' });
  events.denied?.({ ...client, kind: 'publish', topic: 'secret' });
  events.disconnected?.({ ...client, reason: 'malformed packet', detail: 'MQTT-2.2.2-2, byte 0' });
  events.disconnected?.({ ...client, reason: 'disconnect', detail: undefined });
  events.refused?.({ ...client, returnCode: 4 });
  events.closed?.({ connectionId: 7, remoteAddress: '192.0.2.1', reason: 'peer closed' });
  log.entry('error', 'cannot renew the certificate', { path: '/c.pem' });
  return entries.map((entry) => textLine(entry).replace('1970-01-01T00:00:00.000Z ', ''));
}

const at = 'remoteAddress="192.0.2.1" clientId="c" userName="u"';
const error = ['error cannot renew the certificate path="/c.pem"'];
const warn = [
  `warn #7 publish denied ${at} topic="secret"`,
  `warn #7 disconnected ${at} detail="MQTT-2.2.2-2, byte 0" reason="malformed packet"`,
  `warn #7 CONNECT refused ${at} returnCode=4`,
];
const info = [`info #7 connected ${at} sessionPresent=true`, `info #7 disconnected ${at} reason="disconnect"`];
const debug = [
  `debug #7 subscribed ${at} topicFilter="a/#" qos=1`,
  'debug published topicName="a" qos=0 retain=true payloadBytes=7',
  `debug #7 unsubscribed ${at} topicFilter="a/#"`,
  'debug #7 closed remoteAddress="192.0.2.1" reason="peer closed"',
];

describe('the log', () => {
  test.each<[LogLevel, readonly string[]]>([
    ['error', error],
    ['warn', [...error, ...warn]],
    ['info', [...error, ...warn, ...info]],
    ['debug', [...error, ...warn, ...info, ...debug]],
  ])('at level %s says what belongs there, and no payload', (level, expected) => {
    expect(lines(level).sort()).toEqual([...expected].sort());
  });

  test('does not even listen to what it does not show', () => {
    expect(new BrokerLog({ level: 'info', write: () => {} }).events().published).toBeUndefined();
  });

  test('shortens what clients send: their names may be as long as they like', () => {
    const entries: LogEntry[] = [];
    new BrokerLog({ write: (entry) => entries.push(entry) }).events().refused?.({
      ...client,
      clientId: 'x'.repeat(65_535),
      returnCode: 2,
    });
    expect(entries[0]?.fields['clientId']).toBe(`${'x'.repeat(256)}… (65535 characters)`);
  });

  test('leaves out what is more than a thousand entries a second, and says how many', () => {
    const entries: LogEntry[] = [];
    let now = 0;
    const log = new BrokerLog({ write: (entry) => entries.push(entry), date: () => new Date(now) });
    for (let i = 0; i < 1_234; i++) log.entry('warn', 'publish denied');
    expect(entries).toHaveLength(1_000);
    now = 1_000;
    log.entry('info', 'connected');
    expect(entries.slice(1_000).map(({ level, event, fields }) => [level, event, fields])).toEqual([
      ['warn', 'entries left out', { count: 234 }],
      ['info', 'connected', {}],
    ]);
  });
});
