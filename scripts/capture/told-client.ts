// A real client library as a child process that is told what to do, one order a line.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ConnectOrder {
  readonly clientId: string;
  readonly cleanSession?: boolean;
  /** Seconds. */
  readonly keepAlive?: number;
  readonly level?: 3 | 4;
  readonly userName?: string;
  readonly password?: string;
  readonly will?: {
    readonly topicName: string;
    readonly qos: 0 | 1 | 2;
    readonly retain: boolean;
    readonly message: string;
  };
}

export interface PublishOrder {
  readonly topicName: string;
  readonly payload: string;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  /** How many are sent before the first is waited for. */
  readonly times?: number;
}

const answeredWithinMs = 15_000;

export class ToldClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #what: string;
  #complaints = '';

  constructor(command: string, args: readonly string[]) {
    this.#what = command;
    this.#child = spawn(command, args);
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString()).slice(-2_000);
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  connect(order: ConnectOrder): Promise<void> {
    return this.#succeed(...connectFields(order));
  }

  /** Resolves with the client's words when it was refused. */
  async isRefused(order: ConnectOrder): Promise<void> {
    const answer = await this.#tell(...connectFields(order));
    if (answer === 'ok')
      throw new Error(`${this.#what} was expected to be refused as "${order.clientId}", but is connected`);
  }

  /** All filters in one SUBSCRIBE. */
  subscribe(filters: Readonly<Record<string, 0 | 1 | 2>>): Promise<void> {
    return this.#succeed(
      'subscribe',
      ...Object.entries(filters).flatMap(([topicFilter, qos]) => [topicFilter, String(qos)]),
    );
  }

  unsubscribe(topicFilter: string): Promise<void> {
    return this.#succeed('unsubscribe', topicFilter);
  }

  /** Resolves when all are acknowledged as their QoS demands. */
  publish({ topicName, payload, qos = 0, retain = false, times = 1 }: PublishOrder): Promise<void> {
    return this.#succeed('publish', topicName, String(qos), retain ? '1' : '0', String(times), payload);
  }

  disconnect(): Promise<void> {
    return this.#succeed('disconnect');
  }

  /** Ends the process without a DISCONNECT. */
  async drop(): Promise<void> {
    this.#child.stdin.write('drop\n');
    await this.#ended();
  }

  /** Ends the process, if it still runs. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill('SIGKILL');
    await this.#ended();
  }

  async #succeed(...fields: readonly string[]): Promise<void> {
    const answer = await this.#tell(...fields);
    if (answer !== 'ok') throw new Error(`${this.#what} ${fields.join(' ')}: ${answer}\n${this.#complaints}`);
  }

  async #tell(...fields: readonly string[]): Promise<string> {
    this.#child.stdin.write(`${fields.join('\t')}\n`);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`${this.#what} ${fields.join(' ')}: no answer`)), answeredWithinMs).unref();
    });
    const { value, done } = await Promise.race([this.#answers.next(), late]);
    return done === true ? `ended\n${this.#complaints}` : value;
  }

  async #ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

function connectFields(order: ConnectOrder): string[] {
  const { clientId, cleanSession = true, keepAlive = 60, level = 4, userName = '', password = '', will } = order;
  const willFields =
    will === undefined ? ['', '0', '0', ''] : [will.topicName, String(will.qos), will.retain ? '1' : '0', will.message];
  return [
    'connect',
    clientId,
    cleanSession ? '1' : '0',
    String(keepAlive),
    String(level),
    userName,
    password,
    ...willFields,
  ];
}
