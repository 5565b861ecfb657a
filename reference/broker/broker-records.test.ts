import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../storage/memory-store.ts';
import { BrokerRecords } from './broker-records.ts';
import { connect, publish, SampleBroker, type SampleClient, type SampleOptions } from './core/sample-broker.ts';

const stored = { cleanSession: false };

/** A disk, and brokers that start on it one after the other; what is not committed when the next one starts is lost. */
class SampleDisk {
  readonly kept = new Map<string, Uint8Array>();
  #commit: () => Promise<void> = () => Promise.resolve();

  start(options: SampleOptions = {}): SampleBroker {
    const opened = openMemoryStore(this.kept);
    const broker = new SampleBroker(options);
    const { journal, state } = BrokerRecords.open(opened);
    broker.core.keep(journal, state);
    this.#commit = () => opened.store.commit();
    return broker;
  }

  commit(): Promise<void> {
    return this.#commit();
  }

  async restart(options: SampleOptions = {}): Promise<SampleBroker> {
    await this.commit();
    return this.start(options);
  }
}

const resume = (broker: SampleBroker, clientId: string): SampleClient => broker.dial().sends(connect(clientId, stored));

describe('after a crash', () => {
  test('a stored session is there, with its subscriptions at the QoS that was granted', async () => {
    const disk = new SampleDisk();
    disk
      .start()
      .subscriber('away', { 'a/+': 1, b: 2, 'gone/#': 0 }, stored)
      .sends({
        type: 'unsubscribe',
        packetId: 2,
        topicFilters: ['gone/#'],
      });
    const broker = await disk.restart();
    const away = resume(broker, 'away');
    broker
      .client('publisher')
      .sends(
        publish('a/1', 'one', { qos: 2, packetId: 1 }),
        publish('b', 'two', { qos: 2, packetId: 2 }),
        publish('gone/1', 'three'),
      );
    expect(away.told()).toEqual(['connack 0 session present', 'publish 1 a/1 one qos 1', 'publish 2 b two qos 2']);
  });

  test('what was queued comes in order, from clean sessions too', async () => {
    const disk = new SampleDisk();
    const first = disk.start();
    first.subscriber('away', { t: 2 }, stored).cut();
    const texts = Array.from({ length: 40 }, (_, i) => String(i));
    first
      .client('clean')
      .sends(...texts.map((text, i) => publish('t', text, { qos: i % 2 === 0 ? 1 : 2, packetId: i + 1 })));
    const away = resume(await disk.restart(), 'away');
    expect(away.told().slice(1)).toEqual(
      texts.map((text, i) => `publish ${i + 1} t ${text} qos ${i % 2 === 0 ? 1 : 2}`),
    );
  });

  test('what was in flight comes again, in order, by its identifiers: PUBLISH with DUP, PUBREL behind PUBREC', async () => {
    const disk = new SampleDisk();
    const first = disk.start({ limits: { maxInFlight: 3 } });
    const slow = first.subscriber('slow', { t: 2 }, stored);
    const publisher = first.client('publisher');
    for (const [i, text] of ['a', 'b', 'c', 'd', 'e'].entries())
      publisher.sends(publish('t', text, { qos: text === 'b' ? 1 : 2, packetId: i + 1 }));
    slow.sends({ type: 'pubrec', packetId: 1 }, { type: 'pubrec', packetId: 3 }, { type: 'puback', packetId: 2 });
    const again = resume(await disk.restart({ limits: { maxInFlight: 3 } }), 'slow');
    expect(again.told()).toEqual(['connack 0 session present', 'pubrel 1', 'pubrel 3', 'publish 4 t d qos 2 dup']);
    again.sends({ type: 'pubcomp', packetId: 1 });
    expect(again.told()).toEqual(['publish 5 t e qos 2']);
  });

  test('what was acknowledged does not come again', async () => {
    const disk = new SampleDisk();
    const first = disk.start();
    const client = first.subscriber('client', { t: 2 }, stored);
    first.client('publisher').sends(publish('t', 'x', { qos: 1 }), publish('t', 'y', { qos: 2 }));
    client.sends({ type: 'puback', packetId: 1 }, { type: 'pubrec', packetId: 2 }, { type: 'pubcomp', packetId: 2 });
    expect(resume(await disk.restart(), 'client').told()).toEqual(['connack 0 session present']);
  });

  test('a QoS 2 message that is sent again is not passed on again, until PUBREL (MQTT-4.3.3-2)', async () => {
    const disk = new SampleDisk();
    const first = disk.start();
    first.subscriber('away', { t: 1 }, stored).cut();
    first.client('publisher', stored).sends(publish('t', 'once', { qos: 2, packetId: 9 }));
    const second = await disk.restart();
    const publisher = resume(second, 'publisher');
    publisher.sends(publish('t', 'once', { qos: 2, packetId: 9, dup: true }), { type: 'pubrel', packetId: 9 });
    expect(publisher.told()).toEqual(['connack 0 session present', 'pubrec 9', 'pubcomp 9']);
    const third = await disk.restart();
    resume(third, 'publisher').sends(publish('t', 'new', { qos: 2, packetId: 9 }));
    expect(resume(third, 'away').told().slice(1)).toEqual(['publish 1 t once qos 1', 'publish 2 t new qos 1']);
  });

  test('retained messages are there, the last of each topic', async () => {
    const disk = new SampleDisk();
    const large = 'x'.repeat(1_000);
    disk
      .start()
      .client('publisher')
      .sends(
        publish('a', 'old', { retain: true }),
        publish('a', large, { retain: true, qos: 1 }),
        publish('b', large, { retain: true }),
        publish('b', '', { retain: true }),
        publish('c', 'kept', { retain: true, qos: 2, packetId: 2 }),
      );
    await disk.restart();
    const broker = await disk.restart();
    const client = broker.client('client');
    client.sends({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: '#', qos: 2 }] });
    const came = client
      .told()
      .slice(1)
      .map((line) => line.replace(/^publish \d/, 'publish'));
    expect(came.sort()).toEqual([`publish a ${large} qos 1 retain`, 'publish c kept qos 2 retain']);
  });

  test('a session belongs to the user who had it', async () => {
    const disk = new SampleDisk();
    disk.start().client('device', { ...stored, userName: 'ann' });
    const broker = await disk.restart({ sessionsHaveOwners: true });
    const ask = (userName: string) =>
      broker
        .dial()
        .sends(connect('device', { ...stored, userName }))
        .told();
    expect(ask('eve')).toEqual(['connack 2']);
    expect(ask('ann')).toEqual(['connack 0 session present']);
  });

  test('what was not committed never was', async () => {
    const disk = new SampleDisk();
    const first = disk.start();
    first.subscriber('away', { t: 1 }, stored).cut();
    await disk.commit();
    first.client('publisher').sends(publish('t', 'lost', { qos: 1 }));
    first.client('new', stored);
    const broker = disk.start();
    expect(resume(broker, 'away').told()).toEqual(['connack 0 session present']);
    expect(resume(broker, 'new').told()).toEqual(['connack 0']);
  });
});

describe('on the disk', () => {
  test('clean sessions and QoS 0 leave nothing', async () => {
    const disk = new SampleDisk();
    const broker = disk.start();
    const client = broker.subscriber('client', { '#': 2 });
    client.sends(publish('t', 'a', { qos: 1 }), publish('t', 'b', { qos: 2, packetId: 2 }), publish('t', 'c'));
    await disk.commit();
    expect([...disk.kept.keys()]).toEqual([]);
  });

  test('nothing is left of a session that ends, whatever it held', async () => {
    const disk = new SampleDisk();
    const broker = disk.start({ limits: { maxInFlight: 1 } });
    const client = broker.subscriber('client', { a: 2, b: 2 }, stored);
    const large = 'x'.repeat(1_000);
    client.sends(...[1, 2, 3].map((packetId) => publish('a', large, { qos: 2, packetId })));
    await disk.commit();
    expect(disk.kept.size).toBeGreaterThan(8);
    broker.client('client');
    await disk.commit();
    expect([...disk.kept.keys()]).toEqual([]);
  });

  test('a large message to many sessions is kept once, until the last of them has it', async () => {
    const disk = new SampleDisk();
    const first = disk.start();
    for (const name of ['a', 'b', 'c']) first.subscriber(name, { t: 1 }, stored).cut();
    first.client('publisher').sends(publish('t', 'x'.repeat(100_000), { qos: 1 }));
    const bytes = (): number => [...disk.kept.values()].reduce((sum, { length }) => sum + length, 0);
    const broker = await disk.restart();
    for (const name of ['a', 'b', 'c']) {
      expect(bytes()).toBeGreaterThan(100_000);
      expect(bytes()).toBeLessThan(101_000);
      resume(broker, name).sends({ type: 'puback', packetId: 1 });
      await disk.commit();
    }
    expect(bytes()).toBeLessThan(1_000);
  });
});
