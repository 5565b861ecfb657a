// Starts the broker under attack, asks what it holds, and notices when it dies. In: limits. Out: ports, figures, the reason of its death.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../../reference/broker/core/limits.ts';
import type { BrokerOptions } from '../../reference/broker/index.ts';
import { within } from './within.ts';

export type VictimLimits = Pick<BrokerOptions, 'data' | keyof Limits>;

export interface Holdings {
  /** The longest that its event loop was blocked since it was asked last. */
  readonly longestTurnMs: number;
  /** Heap and buffers in bytes, garbage collected. */
  readonly bytes: number;
  readonly residentBytes: number;
  /** Open connections. */
  readonly connections: number;
  readonly sessions: number;
  readonly retainedMessages: number;
}

interface Ports {
  readonly tcp: number;
  readonly tls: number;
  readonly ws: number;
}

export type VictimReport =
  | { readonly kind: 'listening'; readonly ports: Ports }
  | { readonly kind: 'holdings'; readonly holdings: Holdings };

const startsWithinMs = 30_000;
const answersWithinMs = 30_000;
/** Rest between two questions. */
const pauseMs = 200;

/** Starts a broker in a process of its own, with a garbage collector that can be called. */
export async function startVictim(limits: VictimLimits = {}): Promise<Victim> {
  const child = fork(fileURLToPath(new URL('./victim-process.ts', import.meta.url)), [JSON.stringify(limits)], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_000);
  });
  const listening = await within(
    startsWithinMs,
    'the broker listens',
    nextReport(child, 'listening', () => words),
  );
  return new Victim(child, listening.ports, () => words);
}

export class Victim implements AsyncDisposable {
  readonly ports: Ports;
  readonly #child: ChildProcess;
  readonly #words: () => string;

  constructor(child: ChildProcess, ports: Ports, words: () => string) {
    this.#child = child;
    this.ports = ports;
    this.#words = words;
  }

  /** How it died: exit code or signal, and its last words; undefined while it lives. */
  get death(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    return exitCode === null && signalCode === null ? undefined : `${exitCode ?? signalCode}: ${this.#words()}`;
  }

  /** What it holds. Rejects if it does not answer in time: its event loop is blocked, or it is dead. */
  holdings(): Promise<Holdings> {
    const answer = nextReport(this.#child, 'holdings', this.#words).then(({ holdings }) => holdings);
    this.#child.send('holdings?');
    return within(answersWithinMs, 'the broker tells what it holds', answer);
  }

  /** What it holds when nobody is connected, once that is below so many bytes or the time for it is over. */
  async holdingsBelow(mostBytes: number): Promise<Holdings> {
    let holdings = await this.holdingsWith(0);
    // What a connection leaves behind is cleared away in turns of their own.
    for (let asked = 1; holdings.bytes >= mostBytes && asked * pauseMs < answersWithinMs; asked++) {
      await new Promise((rested) => setTimeout(rested, pauseMs));
      holdings = await this.holdingsWith(0);
    }
    return holdings;
  }

  /** What it holds when no more than so many connections are open: it hears of the end of many one after the other. */
  async holdingsWith(mostConnections: number): Promise<Holdings> {
    for (let asked = 1; ; asked++) {
      const holdings = await this.holdings();
      if (holdings.connections <= mostConnections) return holdings;
      if (asked * pauseMs > answersWithinMs)
        throw new Error(`the broker still holds ${holdings.connections} connections, expected ${mostConnections}`);
      await new Promise((rested) => setTimeout(rested, pauseMs));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.death !== undefined) return;
    const gone = new Promise<void>((done) => this.#child.once('exit', () => done()));
    this.#child.disconnect();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), answersWithinMs);
    await gone;
    clearTimeout(force);
  }
}

function nextReport<Kind extends VictimReport['kind']>(
  child: ChildProcess,
  kind: Kind,
  words: () => string,
): Promise<Extract<VictimReport, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', told);
      child.off('exit', died);
    };
    const told = (report: VictimReport): void => {
      if (report.kind !== kind) return;
      settle();
      resolve(report as Extract<VictimReport, { kind: Kind }>);
    };
    const died = (code: number | null, signal: string | null): void => {
      settle();
      reject(new Error(`the broker has died (${code ?? signal}): ${words()}`));
    };
    child.on('message', told);
    child.once('exit', died);
  });
}
