import { describe, expect, test } from 'vitest';
import type { Transport } from '../transport/transport.ts';
import { HeldOutput } from './held-output.ts';
import type { Store } from './store.ts';

/** A disk that is done with a commit when the test says so. */
class SlowStore implements Store {
  isSettled = true;
  pendingBytes = 0;
  readonly #commits: { done: () => void; failed: (error: Error) => void }[] = [];

  put(): void {
    this.isSettled = false;
  }

  delete(): void {
    this.isSettled = false;
  }

  commit(): Promise<void> {
    return new Promise((done, failed) => this.#commits.push({ done, failed }));
  }

  /** The oldest commit is on the disk. */
  async finish(): Promise<void> {
    this.#commits.shift()?.done();
    this.isSettled = this.#commits.length === 0;
    await Promise.resolve();
  }

  async fail(): Promise<void> {
    for (const { failed } of this.#commits.splice(0)) failed(new Error('no space left'));
    await Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function sample() {
  const log: string[] = [];
  const transportOf = (name: string): Transport => ({
    remoteAddress: name,
    bufferedBytes: 0,
    write: (bytes) => void log.push(`${name} ${new TextDecoder().decode(bytes)}`),
    close: () => void log.push(`${name} closed`),
    reset: () => void log.push(`${name} reset`),
    pause: () => void log.push(`${name} paused`),
    resume: () => void log.push(`${name} resumed`),
  });
  const store = new SlowStore();
  const output = new HeldOutput(store, ({ message }) => void log.push(`failed: ${message}`));
  return { log, store, output, transportOf };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('held output', () => {
  test('leaves at once where nothing has changed', () => {
    const { log, output, transportOf } = sample();
    output.of(transportOf('a')).write(bytes('1'));
    expect(log).toEqual([]);
    output.turnEnded();
    expect(log).toEqual(['a 1']);
  });

  test('leaves behind the commit of its turn, and counts as buffered until then', async () => {
    const { log, store, output, transportOf } = sample();
    const held = output.of(transportOf('a'));
    store.put();
    held.write(bytes('puback'));
    output.turnEnded();
    expect([log, held.bufferedBytes]).toEqual([[], 6]);
    await store.finish();
    expect([log, held.bufferedBytes]).toEqual([['a puback'], 0]);
  });

  test('of a turn without changes waits for what changed before: nobody is told what may still be lost', async () => {
    const { log, store, output, transportOf } = sample();
    store.put();
    output.turnEnded();
    output.of(transportOf('b')).write(bytes('pubrec of a repeated publish'));
    output.turnEnded();
    await store.finish();
    expect(log).toEqual([]);
    await store.finish();
    expect(log).toEqual(['b pubrec of a repeated publish']);
  });

  test('keeps its order over turns, closing included', async () => {
    const { log, store, output, transportOf } = sample();
    const held = output.of(transportOf('a'));
    for (const text of ['1', '2', '3']) {
      store.put();
      held.write(bytes(text));
      output.turnEnded();
    }
    held.close();
    output.turnEnded();
    for (let i = 0; i < 4; i++) await store.finish();
    expect(log).toEqual(['a 1', 'a 2', 'a 3', 'a closed']);
  });

  test('never leaves when the disk has failed: connections break off, once', async () => {
    const { log, store, output, transportOf } = sample();
    const transport = transportOf('a');
    output.watched({ bytes: () => {}, ended: () => {} }, transport);
    for (let turn = 0; turn < 2; turn++) {
      store.put();
      output.of(transport).write(bytes('puback'));
      output.turnEnded();
    }
    await store.fail();
    expect(log).toEqual(['a reset', 'failed: no space left']);
  });

  test('who causes changes faster than the disk takes them is not read from until it has taken them', async () => {
    const { log, store, output, transportOf } = sample();
    const listener = output.watched({ bytes: () => store.put(), ended: () => {} }, transportOf('a'));
    listener.bytes(bytes('little'));
    expect(log).toEqual([]);
    store.pendingBytes = 100_000_000;
    listener.bytes(bytes('much'));
    output.turnEnded();
    expect(log).toEqual(['a paused']);
    await store.finish();
    expect(log).toEqual(['a paused', 'a resumed']);
  });
});
