// The stage of a scenario for clients: given, must, should, may. In: an adapter and a listener. Out: checks.
import type { Socket } from 'node:net';
import type { AnyStatementId, StatementId } from '../../spec/catalogue.ts';
import type { Check } from '../../verdict/verdict.ts';
import type { ObservedConnect, ObservedFromClient } from '../client-observer.ts';
import type { Patience } from '../patience.ts';
import { Recorder } from '../play/recorder.ts';
import { Tracer } from '../tracer.ts';
import type { Adapter, ConnectCommand } from './adapter.ts';
import type { Listener } from './listener.ts';
import { type Bend, Peer, type PeerWatcher } from './peer.ts';
import { PeerCheck } from './peer-check.ts';

/** Settings of a client that a scenario asks for; the rest is the bench's. */
export interface ClientText {
  readonly clientId?: string;
  readonly cleanSession?: boolean;
  /** Seconds; 60 unless told otherwise. */
  readonly keepAlive?: number;
  readonly reconnect?: boolean;
  readonly transport?: ConnectCommand['transport'];
  readonly will?: ConnectCommand['will'];
  readonly userName?: string;
  readonly password?: string;
}

/** Asks something of a connection in the name of some of the cited statements; of all, if none is named. */
export type PeerDemand = (peer: Peer, ...statements: readonly StatementId[]) => PeerCheck;

export interface StageOptions {
  readonly cites: readonly StatementId[];
  readonly adapter: Adapter;
  readonly listener: Listener;
  readonly patience: Patience;
  readonly now: () => number;
  readonly watch: (connection: string) => PeerWatcher;
  readonly bend: (() => Bend) | undefined;
}

export class ClientStage {
  readonly checks: Check[] = [];
  readonly tracer: Tracer;
  readonly must: PeerDemand;
  readonly should: PeerDemand;
  readonly may: PeerDemand;
  readonly #options: StageOptions;
  readonly #peers: Peer[] = [];
  readonly #scene: Recorder;
  readonly #bend: Bend | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.tracer = new Tracer({ now: options.now, secrets: [] });
    this.#bend = options.bend?.();
    const demand = (onFailure: 'fail' | 'warn' | 'observed'): PeerDemand => {
      const recorder = this.#recorder(onFailure);
      return (peer, ...statements) =>
        new PeerCheck(peer, recorder, statements.length === 0 ? options.cites : statements);
    };
    this.must = demand('fail');
    this.should = demand('warn');
    this.may = demand('observed');
    this.#scene = this.#recorder('fail');
  }

  /** Milliseconds since the run began. */
  now(): number {
    return this.#options.now();
  }

  get adapter(): Adapter {
    return this.#options.adapter;
  }

  /** Bound of an ordinary reaction, in milliseconds. */
  get replyMs(): number {
    return this.#options.patience.replyMs;
  }

  /** Tells the client to connect, and takes its connection; CONNECT is still to come. */
  async dialled(text: ClientText = {}): Promise<Peer> {
    // Its answer comes with the CONNACK, which is the tester's to give.
    void this.adapter.do('connect', this.command(text), 60_000);
    return this.arrival('the client did not connect');
  }

  /** What the adapter is told to connect with. */
  command(text: ClientText = {}): ConnectCommand {
    const { clientId = 'bench', cleanSession = true, keepAlive = 60, reconnect = false, transport = 'tcp' } = text;
    const { will, userName, password } = text;
    const command: ConnectCommand = {
      host: '127.0.0.1',
      port: this.#options.listener.port,
      clientId,
      cleanSession,
      keepAlive,
      reconnect,
      transport,
      ...(will === undefined ? {} : { will }),
      ...(userName === undefined ? {} : { userName }),
      ...(password === undefined ? {} : { password }),
    };
    return this.#bend?.command?.(command) ?? command;
  }

  /** The next connection of the client; without it the scenario is inconclusive. */
  async arrival(otherwise = 'the client did not come back', withinMs = this.replyMs * 5): Promise<Peer> {
    const peer = await this.nextPeer(withinMs);
    return peer ?? this.#scene.inconclusive(otherwise);
  }

  /** The next connection of the client, if there is one in time. */
  async nextPeer(withinMs: number): Promise<Peer | undefined> {
    const socket = await this.#options.listener.next(withinMs);
    return socket === undefined ? undefined : this.#peerOver(socket);
  }

  #peerOver(socket: Socket): Peer {
    const name = this.#peers.length === 0 ? 'client' : `client again ${this.#peers.length}`;
    const { patience, now, watch } = this.#options;
    const peer = new Peer({ name, socket, tracer: this.tracer, patience, now, watcher: watch(name), bend: this.#bend });
    this.#peers.push(peer);
    return peer;
  }

  /** A client that is connected and has its CONNACK. */
  async client(text: ClientText = {}): Promise<{ readonly peer: Peer; readonly connect: ObservedConnect }> {
    const peer = await this.dialled(text);
    return { peer, connect: await this.accepted(peer) };
  }

  /** Takes CONNECT and answers it. */
  async accepted(peer: Peer, { sessionPresent = false } = {}): Promise<ObservedConnect> {
    const { packet } = await this.arrived(peer, 'connect');
    peer.send({ type: 'connack', returnCode: 0, sessionPresent });
    return packet as ObservedConnect;
  }

  /** The client itself says that it is connected: what it is told from here on is sent. */
  async connected(): Promise<void> {
    const { adapter } = this;
    const found = await adapter.waitFor(
      () => adapter.events.find(({ event }) => event === 'connected'),
      this.replyMs * 5,
    );
    this.that(found !== undefined, 'the client did not say that it is connected');
  }

  /** The request by which a client over WebSocket begins, as text; it is answered by nothing. */
  async upgradeRequest(): Promise<{ readonly peer: Peer; readonly text: string }> {
    void this.adapter.do('connect', this.command({ transport: 'websocket' }), 60_000);
    const socket = await this.#options.listener.next(this.replyMs * 5);
    if (socket === undefined) return this.#scene.inconclusive('the client did not connect');
    const sent = await requestOf(socket, this.replyMs);
    const text = this.#bend?.request?.(sent) ?? sent;
    const peer = this.#peerOver(socket);
    this.tracer.note(text, { connection: peer.name });
    return { peer, text };
  }

  /** A packet that the rest builds upon; without it the scenario is inconclusive. */
  async arrived<T extends ObservedFromClient['type']>(
    peer: Peer,
    type: T,
    boundMs?: number,
  ): Promise<{ readonly packet: Extract<ObservedFromClient, { readonly type: T }>; readonly at: number }> {
    const found = await peer.waitFor(
      () => peer.take((packet) => packet.type === type) ?? (peer.isOpen ? undefined : ('ended' as const)),
      boundMs,
    );
    if (found === undefined || found === 'ended') return this.#scene.inconclusive(`${type.toUpperCase()} did not come`);
    return { packet: found.packet as Extract<ObservedFromClient, { readonly type: T }>, at: found.at };
  }

  /** A condition of the scene; without it the scenario is inconclusive. */
  that(holds: boolean, otherwise: string): void {
    if (!holds) this.#scene.inconclusive(otherwise);
  }

  /** Records something seen that the standard leaves open. */
  observe(got: string, ...statements: readonly AnyStatementId[]): void {
    this.#recorder('observed').add({ verdict: 'observed', statements, expected: 'left open by the standard', got });
  }

  /** Ends every connection that is still open. */
  close(): void {
    for (const peer of this.#peers) peer.close();
  }

  #recorder(onFailure: 'fail' | 'warn' | 'observed'): Recorder {
    return new Recorder({
      judgesAnswers: false,
      tracer: this.tracer,
      checks: this.checks,
      onFailure,
      inThisRun: (check) => check,
      witness: () => Promise.resolve(undefined),
      quietPeriod: () => Promise.resolve(),
    });
  }
}

/** What comes up to an empty line, or in the time. */
function requestOf(socket: Socket, withinMs: number): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.off('data', take);
      done(text);
    };
    const take = (chunk: Uint8Array): void => {
      text += Buffer.from(chunk).toString('latin1');
      if (text.includes('\r\n\r\n')) finish();
    };
    const timer = setTimeout(finish, withinMs);
    socket.on('data', take);
  });
}
