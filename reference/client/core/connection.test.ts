import { describe, expect, test } from 'vitest';
import { publish, SampleClient } from './sample-client.ts';

describe('connecting', () => {
  test('sends CONNECT first, and nothing more until CONNACK has come', () => {
    const client = new SampleClient().open();
    client.publish('a', 'x', 1).subscribe('b');
    expect(client.sent()).toEqual(['connect me']);
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: false });
    expect(client.sent()).toEqual(['publish 1 a=x qos 1', 'subscribe 2 b:0']);
  });

  test('waits for CONNACK no longer than it may', () => {
    const client = new SampleClient().open().passes(9_999);
    expect(client.happened()).toEqual([]);
    client.passes(1);
    expect(client.happened()).toEqual(['stream finished', 'disconnected: no CONNACK', 'ended']);
  });

  test.each([1, 2, 3, 4, 5] as const)('ends when the server refuses with return code %i', (returnCode) => {
    const client = new SampleClient().open().serves({ type: 'connack', returnCode, sessionPresent: false });
    expect(client.happened()).toEqual(['stream finished', 'disconnected: refused', 'ended']);
  });

  test('takes no other packet in place of CONNACK', () => {
    const client = new SampleClient().open().serves({ type: 'pingresp' });
    expect(client.happened()).toEqual(['stream finished', 'disconnected: protocol violation', 'ended']);
  });

  test('takes no Session Present for a clean session', () => {
    const client = new SampleClient({ connect: { cleanSession: true } }).open();
    client.serves({ type: 'connack', returnCode: 0, sessionPresent: true });
    expect(client.happened()).toContain('disconnected: protocol violation');
  });
});

describe('what a server must not send', () => {
  test.each([
    ['a QoS of 3', '36 05 0001 61 0001'],
    ['DUP with QoS 0', '38 03 0001 61'],
    ['a Packet Identifier of 0', '32 05 0001 61 0000'],
    ['a Topic Name with ill-formed UTF-8', '30 04 0002 C080'],
    ['a Topic Name with U+0000', '30 03 0001 00'],
    ['a Topic Name with a surrogate', '30 05 0003 EDA080'],
    ['PUBACK with flags', '41 02 0001'],
    ['PUBREL without its flag', '60 02 0001'],
    ['PUBACK that is too long', '40 03 0001 00'],
    ['a SUBACK code that there is not', '90 03 0001 03'],
    ['a Remaining Length of five bytes', '30 FFFFFFFF 7F'],
    ['a reserved packet type', 'F0 00'],
    ['a packet that only clients send', 'C0 00'],
  ])('%s ends the connection', (_what, wire) => {
    const client = new SampleClient().connect().serves(wire);
    expect(client.happened().slice(0, 2)).toEqual(['stream finished', 'disconnected: malformed packet']);
  });

  test.each([
    ['a Topic Name with a wildcard', '30 05 0003 61 2F 23'],
    ['an empty Topic Name', '30 02 0000'],
    ['a second CONNACK', '20 02 00 00'],
    ['a SUBACK that nobody waits for', '90 03 0001 00'],
    ['an UNSUBACK that nobody waits for', 'B0 02 0001'],
  ])('%s ends the connection', (_what, wire) => {
    const client = new SampleClient().connect().serves(wire);
    expect(client.happened().slice(0, 2)).toEqual(['stream finished', 'disconnected: protocol violation']);
  });

  test('a SUBACK with too few codes ends the connection', () => {
    const client = new SampleClient().connect();
    client.core.topics.subscribe(['a', 'b'], 0, { taker: client.taker(), answered: () => {}, failed: () => {} });
    expect(client.sent()).toEqual(['subscribe 1 a:0,b:0']);
    client.serves({ type: 'suback', packetId: 1, returnCodes: [0] });
    expect(client.happened()).toContain('disconnected: protocol violation');
  });

  test('a packet above the limit ends the connection before it has come', () => {
    const client = new SampleClient({ maxPacketBytes: 100 }).connect().serves('30 64');
    expect(client.happened()).toContain('disconnected: malformed packet');
  });

  test('nothing behind the violation is dealt with', () => {
    const client = new SampleClient().connect().subscribe('#');
    client.sent();
    client.serves('30 03 0001 61 30 03 0001 2B 30 03 0001 62');
    expect(client.happened().filter((one) => one.startsWith('message'))).toEqual(['message a=']);
  });
});

describe('Keep Alive', () => {
  const connected = (keepAlive: number): SampleClient => new SampleClient({ connect: { keepAlive } }).connect();

  test('sends PINGREQ before the interval is over, and again', () => {
    const client = connected(10).passes(7_499);
    expect(client.sent()).toEqual([]);
    client.passes(1);
    expect(client.sent()).toEqual(['pingreq']);
    client.serves({ type: 'pingresp' }).passes(7_500);
    expect(client.sent()).toEqual(['pingreq']);
  });

  test('sends none while other packets go out', () => {
    const client = connected(10);
    for (let i = 0; i < 10; i++) client.passes(7_000).publish('a', `${i}`).flush();
    expect(client.sent().filter((one) => one === 'pingreq')).toEqual([]);
  });

  test('sends none where it is 0', () => {
    expect(connected(0).passes(100_000_000).sent()).toEqual([]);
  });

  test('takes a connection for dead that does not answer', () => {
    const client = connected(10).passes(7_500).passes(4_999);
    expect(client.happened()).toEqual([]);
    client.passes(1);
    expect(client.happened()).toEqual(['stream finished', 'disconnected: no PINGRESP', 'attempt 1 in 100 ms']);
  });

  test('keeps its answers apart from those that the application waits for: they come in the order of the questions', () => {
    const client = connected(10).passes(7_500);
    const waiting = (name: string) => ({
      done: () => void client.log.push(`${name} answered`),
      failed: ({ message }: Error) => void client.log.push(`${name}: ${message}`),
    });
    for (const name of ['first', 'second']) client.core.ping(waiting(name), client.clock.now());
    client.serves({ type: 'pingresp' });
    expect(client.happened()).toEqual([]);
    client.serves({ type: 'pingresp' });
    expect(client.happened()).toEqual(['first answered']);
    expect(client.breaks().happened()[0]).toBe('second: the connection broke');
  });

  test('blames nobody for an answer that it does not read itself', () => {
    const client = connected(10);
    client.core.full();
    client.passes(60_000);
    expect(client.isReading).toBe(false);
    expect(client.happened()).toEqual([]);
    const sent = client.sent();
    expect(new Set(sent)).toEqual(new Set(['pingreq']));
    client.core.drained(client.clock.now());
    // MQTT-3.12.4-1: each is answered.
    client.serves(...sent.map(() => ({ type: 'pingresp' }) as const)).passes(5_000);
    expect(client.happened()).toEqual([]);
  });
});

describe('ending', () => {
  test('sends DISCONNECT behind everything, then nothing, and closes the stream', () => {
    const client = new SampleClient().connect().publish('a', 'x');
    client.core.end();
    expect(client.happened()).toEqual(['stream finished', 'disconnected: ended', 'ended']);
    expect(client.sent()).toEqual(['publish  a=x qos 0', 'disconnect']);
    client.serves(publish('a', 'late', 1, 7));
    expect(client.sent()).toEqual([]);
    expect(() => client.publish('a', 'x', 1)).toThrow('the client has ended');
  });

  test('is no reason to wait for a stream that is not there', () => {
    const client = new SampleClient().connect().breaks();
    client.happened();
    client.core.end();
    expect(client.happened()).toEqual(['ended']);
    client.passes(60_000);
    expect(client.happened()).toEqual([]);
  });
});
