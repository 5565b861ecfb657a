// How long a target takes over the end of a connection, and over the will behind it: no sentence says how soon either has to come.
// In: a run's basics. Out: milliseconds. It is found out while scenarios are played already.
import type { Connect } from '../../reference/codec/packet.ts';
import type { Connection } from '../wire/connection.ts';
import { LinkRefused } from '../wire/link.ts';
import { message, subscribe } from '../wire/packets.ts';
import { elapse } from '../wire/patience.ts';
import { Client } from '../wire/play/client.ts';
import * as raw from '../wire/raw.ts';
import { type Basics, connectTo, firstReplyFactor, openQuietly } from './quietly.ts';

/** Ways in which a connection comes to its end. Who does not see one of them as an end is told by the others. */
const ways: readonly ((connection: Connection, connect: Connect) => void)[] = [
  // A second CONNECT (MQTT-3.1.0-2).
  (connection, connect) => connection.send(connect),
  (connection) => connection.sendBytes(raw.hex('F0 00'), 'a packet of the reserved type 15'),
  // The tester's own end, for its will.
  (connection) => connection.cut('FIN'),
];

/** Who looks for such things once a second is caught at different moments. */
const rounds = 3;
const apartMs = 350;
/** Who ends one connection, or publishes one will, may take so much longer over another one. What comes later is not seen to come at all. */
const behindTheFirstMs = 1_500;

interface EndsOptions extends Basics {
  readonly level: 3 | 4;
}

export class Ends {
  readonly #options: EndsOptions;
  readonly #clients: Client[] = [];
  readonly #over = new AbortController();
  /** The longest that the end of a connection took upon a violation, or its will behind that; 0 if neither came. */
  readonly slowestMs: Promise<number>;

  constructor(options: EndsOptions) {
    this.#options = options;
    this.slowestMs = this.#slowest().finally(() => this.close());
  }

  close(): void {
    this.#over.abort();
    for (const { connection } of this.#clients) connection.cut('FIN');
  }

  async #slowest(): Promise<number> {
    const { names, replyMs } = this.#options;
    const topicName = names.topicName('end');
    const watcher = await this.#client({});
    if (watcher === undefined) return 0;
    const packetId = watcher.nextPacketId();
    watcher.connection.send(subscribe(packetId, { topicFilter: topicName, qos: 0 }));
    await watcher.awaits({ type: 'suback', packetId });
    const mortals = Array.from({ length: rounds * ways.length }, async (_, i) => {
      await elapse(Math.floor(i / ways.length) * apartMs, this.#over.signal);
      const mortal = await this.#mortal({ topicName, text: textOf(i) });
      const since = this.#options.now();
      if (mortal?.connect !== undefined) ways[i % ways.length]?.(mortal.connection, mortal.connect);
      return { mortal, since };
    });
    const boundMs = replyMs * 2;
    const [endings, wills] = await Promise.all([
      whatComes(mortals.map(async (one) => endedByTarget((await one).mortal, boundMs))),
      whatComes(mortals.map((one, i) => one.then(() => watcher.awaits(message(textOf(i)), boundMs)))),
    ]);
    const took = (await Promise.all(mortals)).map(({ mortal, since }, i) => {
      const ended = endings[i] ?? mortal?.connection.ending?.at;
      return ended === undefined ? 0 : Math.max(ended - since, (wills[i]?.at ?? ended) - ended);
    });
    return Math.max(...took);
  }

  /** A client with a will; without one where wills are refused. */
  async #mortal({ topicName, text }: { topicName: string; text: string }): Promise<Client | undefined> {
    const will = { topicName, message: new TextEncoder().encode(text), qos: 0, retain: false } as const;
    return (await this.#client({ will })) ?? (await this.#client({}));
  }

  /** A connected client, or undefined if it was not let in. */
  async #client(text: Pick<Connect, 'will'>): Promise<Client | undefined> {
    const { address, level, names, replyMs } = this.#options;
    if (this.#over.signal.aborted) return undefined;
    const connection = await openQuietly(this.#options, 'probe').catch(refusedOnly);
    if (connection === undefined) return undefined;
    const client = new Client(connection);
    this.#clients.push(client);
    // The run ended while it was being opened.
    if (this.#over.signal.aborted) {
      connection.cut('FIN');
      return undefined;
    }
    client.connection.send(connectTo(address, { level, clientId: names.clientId(), ...text }));
    await client.awaits({ type: 'connack' }, replyMs * firstReplyFactor);
    return client.isLetIn ? client : undefined;
  }
}

/** That the target is gone is found out by all the others. */
function refusedOnly(error: unknown): undefined {
  if (!(error instanceof LinkRefused)) throw error;
}

/** When a connection was ended by the target, if it was. */
async function endedByTarget(mortal: Client | undefined, boundMs: number): Promise<number | undefined> {
  const ending = await mortal?.connection.waitFor(() => mortal.connection.ending, boundMs);
  return ending?.by === 'target' ? ending.at : undefined;
}

const textOf = (mortal: number): string => `end ${mortal}`;

/** What comes of all this, each in its place; what comes long behind the first is not waited for. */
async function whatComes<T>(coming: readonly Promise<T | undefined>[]): Promise<(T | undefined)[]> {
  const came: (T | undefined)[] = coming.map(() => undefined);
  const over = new AbortController();
  const first = new Promise<void>((tell) => {
    coming.forEach(async (one, i) => {
      came[i] = await one;
      if (came[i] !== undefined) tell();
    });
  });
  await Promise.race([Promise.all(coming), first.then(() => elapse(behindTheFirstMs, over.signal))]);
  over.abort();
  return came;
}
