import { describe, expect, test } from 'vitest';
import { EventHub } from './event-hub.ts';

const message = { topicName: 't', payload: new Uint8Array(), qos: 0, retain: false } as const;

describe('events', () => {
  test('reach everybody who listens, in order, until they do not any more', () => {
    const hub = new EventHub();
    const log: string[] = [];
    const listener = (): void => void log.push('first');
    const first = hub.on('published', listener);
    hub.on('published', () => log.push('second'));
    hub.on('published', listener);
    hub.events.published?.(message);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    hub.events.published?.(message);
    expect(log).toEqual(['first', 'second', 'first', 'second', 'first']);
  });

  test('are not even made where nobody listens', () => {
    const hub = new EventHub();
    expect(hub.events.published).toBeUndefined();
    hub.on('published', () => {})[Symbol.dispose]();
    expect('published' in hub.events).toBe(false);
  });

  test('say whether any of them names a peer', () => {
    const hub = new EventHub();
    hub.add({ published: () => {}, denied: () => {} });
    expect(hub.namesPeers).toBe(false);
    const one = hub.on('closed', () => {});
    expect(hub.namesPeers).toBe(true);
    one[Symbol.dispose]();
    expect(hub.namesPeers).toBe(false);
  });

  test('reach the others though one throws, and the error is not lost', async () => {
    const hub = new EventHub();
    const log: string[] = [];
    hub.on('published', () => {
      throw new Error('of the listener');
    });
    hub.add({ published: () => log.push('served') });
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const uncaught = new Promise<Error>((done) => process.once('uncaughtException', done));
    hub.events.published?.(message);
    expect((await uncaught).message).toBe('of the listener');
    for (const one of before) process.on('uncaughtException', one);
    expect(log).toEqual(['served']);
  });
});
