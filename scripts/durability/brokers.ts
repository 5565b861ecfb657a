// Broker processes one after the other on one data folder. The next one is loaded while this one serves, so that a restart is quick.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Orders, Started } from './broker-process.ts';

const startsWithinMs = 20_000;
const programme = new URL('./broker-process.ts', import.meta.url);

/** A process that waits for its orders. */
interface Spare {
  readonly child: ChildProcess;
  readonly loaded: Promise<void>;
}

export interface RunningBroker {
  readonly port: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** The ordinary end. */
  stop(): Promise<void>;
}

export class Brokers implements AsyncDisposable {
  readonly #orders: Orders;
  readonly #processes = new Set<ChildProcess>();
  #spare: Spare;

  constructor(orders: Orders) {
    this.#orders = orders;
    this.#spare = this.#load();
  }

  /** Starts the next broker. With `killAfterMs` it is killed while it starts, and the one after it is started instead. */
  async start(killAfterMs?: number): Promise<RunningBroker> {
    const { child, loaded } = this.#spare;
    this.#spare = this.#load();
    const gone = once(child, 'exit');
    const ended = gone.then(([code]) => {
      throw new Error(`the broker ended with exit code ${code} while it started`);
    });
    await Promise.race([loaded, ended]);
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await gone;
    };
    child.send(this.#orders);
    if (killAfterMs !== undefined) {
      await new Promise((over) => setTimeout(over, killAfterMs));
      await kill();
      return this.start();
    }
    const started = once(child, 'message', { signal: AbortSignal.timeout(startsWithinMs) }) as Promise<[Started]>;
    const [{ port }] = await Promise.race([started, ended]);
    return {
      port,
      kill,
      stop: async () => {
        child.disconnect();
        await gone;
      },
    };
  }

  #load(): Spare {
    const child = fork(programme, { execArgv: process.execArgv });
    this.#processes.add(child);
    child.once('exit', () => this.#processes.delete(child));
    return { child, loaded: new Promise((done) => child.once('message', () => done())) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#processes].map((child) => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        return gone;
      }),
    );
  }
}
