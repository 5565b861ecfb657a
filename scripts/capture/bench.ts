// The bench on which one conversation is captured: a recording proxy before a broker, and the clients that talk through it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FixtureEvent } from '../../conformance/replay/fixture.ts';
import { type RecordingProxy, startProxy } from '../../conformance/replay/proxy.ts';
import { Recording } from '../../conformance/replay/recording.ts';
import type { Address } from '../../conformance/target/address.ts';
import { inspect } from '../../reference/codec/inspect.ts';
import type { PacketType } from '../../reference/codec/packet.ts';
import { connectionName } from './fixed-names.ts';
import { type LibraryName, libraryCommand } from './libraries.ts';
import { type ConnectOrder, ToldClient } from './told-client.ts';

const seenWithinMs = 20_000;

/** What is waited for: so many packets of the broker on a connection, or the end of its direction. */
export interface Sight {
  readonly connection: string;
  readonly what: PacketType | 'fin';
  readonly times?: number;
}

export class Bench {
  readonly events: FixtureEvent[] = [];
  readonly port: number;
  /** User name and password, where the broker asks for them. */
  readonly credentials: { readonly userName?: string; readonly password?: string };
  readonly #proxy: RecordingProxy;
  readonly #changed: EventTarget;
  readonly #toldClients: ToldClient[] = [];
  readonly #programs: ChildProcess[] = [];

  private constructor(
    proxy: RecordingProxy,
    { credentials, changed }: { credentials: Bench['credentials']; changed: EventTarget },
  ) {
    this.#proxy = proxy;
    this.#changed = changed;
    this.port = proxy.port;
    this.credentials = credentials;
  }

  static async open(target: Address): Promise<Bench> {
    const changed = new EventTarget();
    const began: { bench?: Bench } = {};
    const recording = new Recording({
      now: () => performance.now(),
      nameOf: connectionName,
      emit: (event) => {
        began.bench?.events.push(event);
        changed.dispatchEvent(new Event('event'));
      },
    });
    const proxy = await startProxy({
      port: 0,
      target,
      opened: () => recording.open(),
      unreachable: (code) => process.stderr.write(`the broker cannot be reached: ${code}\n`),
    });
    const { userName, password } = target;
    const credentials = userName === undefined ? {} : { userName, ...(password === undefined ? {} : { password }) };
    const bench = new Bench(proxy, { credentials, changed });
    began.bench = bench;
    return bench;
  }

  /** A client of a library, not yet connected. */
  client(library: LibraryName): ToldClient {
    const { command, args } = libraryCommand(library, `tcp://127.0.0.1:${this.port}`);
    const client = new ToldClient(command, args);
    this.#toldClients.push(client);
    return client;
  }

  /** A client of a library, connected with the broker's credentials. */
  async connected(library: LibraryName, order: ConnectOrder): Promise<ToldClient> {
    const client = this.client(library);
    await client.connect({ ...this.credentials, ...order });
    return client;
  }

  /** Starts a program. */
  start(command: string, args: readonly string[], input?: string): ChildProcess {
    const program = spawn(command, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'] });
    program.stdin?.end(input);
    this.#programs.push(program);
    return program;
  }

  /** Runs a program to its end, whatever its exit code. */
  async run(command: string, args: readonly string[], input?: string): Promise<void> {
    await once(this.start(command, args, input), 'exit', { signal: AbortSignal.timeout(seenWithinMs) });
  }

  /** Resolves when the broker has said it. Rejects after a while. */
  async until({ connection, what, times = 1 }: Sight): Promise<void> {
    await this.#when(
      () => this.events.filter((event) => event.connection === connection && said(event) === what).length >= times,
      `${times} × ${what} on ${connection}`,
    );
  }

  /** Ends programs and clients, and resolves when both directions of all connections are over. */
  async end(): Promise<void> {
    for (const program of this.#programs) program.kill('SIGTERM');
    await Promise.all(this.#toldClients.map((client) => client.stop()));
    const opened = (): number => this.events.filter(({ kind }) => kind === 'open').length;
    const ended = (): number => this.events.filter(({ kind }) => kind === 'fin' || kind === 'rst').length;
    await this.#when(() => ended() >= 2 * opened(), 'the end of all connections');
    await this.#proxy[Symbol.asyncDispose]();
  }

  async #when(holds: () => boolean, what: string): Promise<void> {
    const signal = AbortSignal.timeout(seenWithinMs);
    while (!holds()) {
      await once(this.#changed, 'event', { signal }).catch((cause: unknown) => {
        throw new Error(`waited in vain for ${what}`, { cause });
      });
    }
  }
}

function said(event: FixtureEvent): string | undefined {
  if (event.by !== 'server') return undefined;
  return event.kind === 'bytes' ? inspect(event.bytes).packet?.type : event.kind;
}
