// Two uninvolved connections. They show that the target is alive and serves others while a scenario is hostile to it.

import type { Connect } from '../../reference/codec/packet.ts';
import type { Capabilities } from '../target/capabilities.ts';
import type { Connection } from '../wire/connection.ts';
import { LinkRefused } from '../wire/link.ts';
import { anyMessage, subscribe } from '../wire/packets.ts';
import { elapse } from '../wire/patience.ts';
import { publishes } from '../wire/play/barrier-reached.ts';
import { Client } from '../wire/play/client.ts';
import type { Names } from '../wire/play/names.ts';

export interface WitnessOptions {
  readonly open: (name: string) => Promise<Connection>;
  readonly connect: (clientId: string) => Connect;
  readonly names: Names;
  readonly capabilities: Pick<Capabilities, 'maximumQos'>;
  /** Longest time in milliseconds that the target may keep a witness waiting. */
  readonly limitMs: number;
}

/** One alone may slip in where the target lets in so many a second. */
const newcomersAtOnce = 3;

export class Witness {
  readonly #options: WitnessOptions;
  readonly #topicName: string;
  #publisher: Client | undefined;
  #subscriber: Client | undefined;
  #exchanges = 0;
  #subscribed = false;
  /** The target answers PINGREQ of a newcomer and not its SUBSCRIBE: then PINGRESP has to do. */
  #contentWithPingresp = false;
  #running: Promise<string | undefined> | undefined;
  #next: Promise<string | undefined> | undefined;
  #newcomer: Promise<boolean> | undefined;
  #nextNewcomer: Promise<boolean> | undefined;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#topicName = options.names.topicName('witness');
  }

  /** Opens the connections. False if the target did not serve them. */
  async open(): Promise<boolean> {
    try {
      this.#publisher = await this.#client('witness publisher');
      this.#subscriber = await this.#client('witness subscriber');
    } catch {
      return false; // the target is told about by whoever asked for it
    }
    if (this.#publisher === undefined || this.#subscriber === undefined) return false;
    const packetId = this.#subscriber.nextPacketId();
    const qos = this.#options.capabilities.maximumQos;
    this.#subscriber.connection.send(subscribe(packetId, { topicFilter: this.#topicName, qos }));
    // A target that does not answer a SUBSCRIBE is judged by scenarios: the witness is then content with PINGRESP.
    this.#subscribed = (await this.#subscriber.awaits({ type: 'suback', packetId })) !== undefined;
    return true;
  }

  /** One exchange that begins after this call; what was wrong with it, in words. Calls that come meanwhile share the next one. */
  exchange(): Promise<string | undefined> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => this.#start());
    return this.#next;
  }

  /**
   * Resolves when the target has served a newcomer who came after this call (CONNECT, CONNACK, SUBSCRIBE, SUBACK) or has sent it away;
   * false when it has left it without an answer to the limit. A newcomer goes the longest way through the target.
   */
  alive(): Promise<boolean> {
    if (this.#newcomer === undefined) return this.#invite();
    // The one who is on the way may have come before this call.
    this.#nextNewcomer ??= this.#newcomer.then(() => this.#invite());
    return this.#nextNewcomer;
  }

  #invite(): Promise<boolean> {
    this.#nextNewcomer = undefined;
    this.#newcomer = this.#welcomes((client) => this.#answers(client)).finally(() => {
      this.#newcomer = undefined;
    });
    return this.#newcomer;
  }

  close(): void {
    for (const client of [this.#publisher, this.#subscriber]) client?.connection.cut('FIN');
  }

  #start(): Promise<string | undefined> {
    this.#next = undefined;
    this.#running = this.#exchanged().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #exchanged(): Promise<string | undefined> {
    const [publisher, subscriber] = [this.#publisher, this.#subscriber];
    if (publisher === undefined || subscriber === undefined) return undefined;
    if (!publisher.connection.isOpen || !subscriber.connection.isOpen) {
      const reopened = await this.open();
      return reopened
        ? 'the connection of an uninvolved client was closed'
        : 'an uninvolved client cannot connect any more';
    }
    if (!this.#subscribed)
      return (await publisher.pings()) ? undefined : 'PINGREQ of an uninvolved client is not answered';
    const payload = `witness ${++this.#exchanges}`;
    const qos = this.#options.capabilities.maximumQos;
    const sent = await publishes(publisher, { topicName: this.#topicName, qos, payload });
    if (!sent) return 'a PUBLISH of an uninvolved client was not acknowledged';
    const came = await subscriber.awaits(anyMessage({ topicName: this.#topicName }));
    return came === undefined ? 'a message of an uninvolved client was not delivered' : undefined;
  }

  /** Resolves when the target has answered a CONNECT that came after this call; false when it has kept silent to the limit. */
  accepts(): Promise<boolean> {
    return this.#welcomes(() => Promise.resolve(true));
  }

  /** Whether one of a few newcomers who come now is sent away, though they ask for nothing but to be let in. */
  async turnsAway(): Promise<boolean> {
    const returnCodes = await Promise.all(Array.from({ length: newcomersAtOnce }, () => this.#asksIn()));
    return returnCodes.includes('turned away');
  }

  async #asksIn(): Promise<'let in' | 'turned away' | 'unanswered'> {
    try {
      const client = new Client(await this.#options.open('newcomer'));
      const { connection } = client;
      connection.send(this.#options.connect(this.#options.names.clientId()));
      await connection.waitFor(() => (client.sessionPresent === undefined && connection.isOpen ? undefined : true));
      const { isOpen } = connection;
      if (isOpen) connection.send({ type: 'disconnect' });
      connection.cut('FIN');
      if (client.isLetIn) return 'let in';
      return isOpen && client.sessionPresent === undefined ? 'unanswered' : 'turned away';
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      return error.code === 'ETIMEDOUT' ? 'unanswered' : 'turned away';
    }
  }

  /** Whether one of those who have been there from the beginning is answered. */
  async pings(): Promise<boolean> {
    const clients = [this.#publisher, this.#subscriber].filter((client) => client?.connection.isOpen);
    const answers = await Promise.all(clients.map((client) => client?.pings()));
    return answers.includes(true);
  }

  /** Whether a newcomer is answered; `more`: whether one that was let in is answered beyond its CONNACK. */
  async #welcomes(more: (client: Client) => Promise<boolean>): Promise<boolean> {
    const done = new AbortController();
    const served = this.#options
      .open('newcomer')
      .then(async (connection) => {
        const client = new Client(connection);
        const returnCode = await this.#connects(client);
        const isServed = returnCode === 0 ? await more(client) : returnCode !== undefined;
        // Who is sent away has got an answer too.
        const answered = isServed || !connection.isOpen;
        if (connection.isOpen) connection.send({ type: 'disconnect' });
        connection.cut('FIN');
        return answered;
      })
      .catch((error: unknown) => {
        // A target that lets nobody in any more is found out by whoever asked.
        if (!(error instanceof LinkRefused)) throw error;
        return error.code !== 'ETIMEDOUT';
      });
    const tooLong = elapse(this.#options.limitMs, done.signal).then(() => false);
    const answered = await Promise.race([served, tooLong]);
    done.abort();
    return answered;
  }

  /** Whether a newcomer is answered beyond its CONNACK. */
  async #answers(client: Client): Promise<boolean> {
    if (this.#subscribed && !this.#contentWithPingresp) {
      const packetId = client.nextPacketId();
      client.connection.send(subscribe(packetId, { topicFilter: this.#options.names.topicName('newcomer'), qos: 0 }));
      // A target that is busy with subscriptions may be so for long.
      const boundMs = this.#options.limitMs / 2;
      if ((await client.awaits({ type: 'suback', packetId }, boundMs)) !== undefined) return true;
    }
    const answered = await client.pings();
    this.#contentWithPingresp ||= answered;
    return answered;
  }

  async #client(name: string): Promise<Client | undefined> {
    const client = new Client(await this.#options.open(name));
    return (await this.#connects(client)) === 0 ? client : undefined;
  }

  /** Return code of its CONNACK. */
  async #connects(client: Client): Promise<number | undefined> {
    client.connection.send(this.#options.connect(this.#options.names.clientId()));
    const connack = await client.awaits({ type: 'connack' });
    return connack?.packet.type === 'connack' ? connack.packet.returnCode : undefined;
  }
}
