// A client under test, behind a small program that speaks JSON lines: docs/client-adapters.md. In: commands. Out: what was done, and events.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a client is told about its connection. Payloads are base64 on the wire, bytes here. */
export interface ConnectCommand {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly cleanSession: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  /** Whether the client connects again by itself when the connection is lost. */
  readonly reconnect: boolean;
  readonly transport: 'tcp' | 'websocket';
  readonly userName?: string;
  readonly password?: string;
  readonly will?: {
    readonly topicName: string;
    readonly payload: string;
    readonly qos: number;
    readonly retain: boolean;
  };
}

export type AdapterEvent =
  | { readonly event: 'ready'; readonly name: string; readonly version: string; readonly offers: readonly string[] }
  | { readonly event: 'connected'; readonly sessionPresent: boolean }
  | { readonly event: 'disconnected' }
  | {
      readonly event: 'message';
      readonly topicName: string;
      readonly payload: string;
      readonly qos: number;
      readonly retain: boolean;
    };

interface Answer {
  readonly id: number;
  readonly error?: string;
}

export type Outcome = 'done' | { readonly error: string } | 'no answer';

const readyWithinMs = 30_000;
const endWithinMs = 2_000;

/** The program could not be started, or is no adapter. */
export class BadAdapter extends Error {}

export class Adapter implements AsyncDisposable {
  readonly events: AdapterEvent[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #changed = new Set<() => void>();
  #nextId = 1;
  #said = '';
  #over = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('error', () => this.#end());
    child.on('close', () => this.#end());
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-500);
    });
    child.stdin?.on('error', () => {});
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => this.#line(line));
  }

  /** Starts a program by a command of the shell. Rejects with BadAdapter where it does not say that it is ready. */
  static async start(command: string): Promise<Adapter> {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const adapter = new Adapter(child);
    const ready = await adapter.waitFor(() => adapter.about, readyWithinMs);
    if (ready !== undefined) return adapter;
    await adapter[Symbol.asyncDispose]();
    const said = adapter.#said.trim();
    throw new BadAdapter(`${command} did not say that it is ready${said === '' ? '' : `; it said: ${said}`}`);
  }

  /** What it said of itself. */
  get about(): Extract<AdapterEvent, { event: 'ready' }> | undefined {
    return this.events.find((one): one is Extract<AdapterEvent, { event: 'ready' }> => one.event === 'ready');
  }

  /** Messages that were delivered to the application, as text. */
  get messages(): readonly {
    readonly topicName: string;
    readonly payload: Buffer;
    readonly qos: number;
    readonly retain: boolean;
  }[] {
    return this.events.flatMap((one) =>
      one.event === 'message' ? [{ ...one, payload: Buffer.from(one.payload, 'base64') }] : [],
    );
  }

  /** Tells it to do something; resolves when it says that it was done, or not, or after the time. */
  do(what: string, details: object = {}, withinMs = 5_000): Promise<Outcome> {
    const id = this.#nextId++;
    return new Promise((done) => {
      if (this.#over) return done('no answer');
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        done('no answer');
      }, withinMs);
      this.#waiting.set(id, ({ error }) => {
        clearTimeout(timer);
        done(error === undefined ? 'done' : { error });
      });
      this.#child.stdin?.write(`${JSON.stringify({ id, do: what, ...details })}\n`);
    });
  }

  /** Waits until `look` finds something, looking again at each event. */
  waitFor<T>(look: () => T | undefined, withinMs: number): Promise<T | undefined> {
    const already = look();
    if (already !== undefined || this.#over) return Promise.resolve(already);
    return new Promise((done) => {
      const finish = (found: T | undefined): void => {
        clearTimeout(timer);
        this.#changed.delete(check);
        done(found);
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined || this.#over) finish(found);
      };
      const timer = setTimeout(() => finish(look()), withinMs);
      this.#changed.add(check);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    const ended = new Promise<void>((done) => this.#child.once('close', () => done()));
    this.#child.stdin?.end();
    const force = setTimeout(() => this.#kill(), endWithinMs);
    await ended;
    clearTimeout(force);
  }

  #kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #line(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#said = `${this.#said}${line}\n`.slice(-500);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    if ('event' in value) this.events.push(value as AdapterEvent);
    else if ('id' in value) {
      const answer = value as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
    this.#notify();
  }

  #end(): void {
    this.#over = true;
    for (const [id, answer] of this.#waiting) answer({ id, error: 'the program has ended' });
    this.#waiting.clear();
    this.#notify();
  }

  #notify(): void {
    for (const check of [...this.#changed]) check();
  }
}
