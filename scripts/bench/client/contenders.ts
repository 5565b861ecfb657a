// The clients side by side: what a load asks of each, in the way in which people use it.
import mqtt, { type MqttClient } from 'mqtt';
import { type Client, connect } from '../../../reference/client/index.ts';
import type { Qos } from '../../../reference/message.ts';
import { BareSocket, noClient } from './bare-socket.ts';

export interface Publishing {
  readonly qos: Qos;
  readonly payload: Uint8Array;
  /** Topics in turn. */
  readonly topics: readonly string[];
}

export interface Contender {
  /** Publishes at QoS 0 and waits at each so many-th message, and at the end until all have come. */
  publishOnce(publishing: Publishing, options: { waitEach: number; until: () => boolean }): Promise<number>;
  /** Publishes with so many unacknowledged. Resolves with how many were acknowledged. */
  publishSurely(publishing: Publishing, options: { inFlight: number; until: () => boolean }): Promise<number>;
  /** Counts what comes of a filter. */
  receive(topicFilter: string, qos: Qos, each: () => void): Promise<void>;
  /** Publishes one at a time; how long each took until it was acknowledged, in milliseconds. */
  latencies(publishing: Publishing, until: () => boolean): Promise<number[]>;
  end(): Promise<void>;
}

export type ContenderName = 'ours' | 'mqtt.js' | typeof noClient;

export async function openContender(name: ContenderName, port: number): Promise<Contender> {
  const address = `mqtt://127.0.0.1:${port}`;
  if (name === 'ours') return new Ours(await connect(address));
  if (name === noClient) return BareSocket.open(port);
  return new Theirs(await mqtt.connectAsync(address, { reconnectPeriod: 0 }));
}

class Ours implements Contender {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async publishOnce(
    { payload, topics }: Publishing,
    { waitEach, until }: { waitEach: number; until: () => boolean },
  ): Promise<number> {
    let count = 0;
    while (!until()) {
      for (let i = 1; i < waitEach; i++) void this.#client.publish(topics[count++ % topics.length] as string, payload);
      await this.#client.publish(topics[count++ % topics.length] as string, payload);
    }
    await this.#client.publish(topics[0] as string, '', { qos: 1 });
    return count;
  }

  async publishSurely(
    { qos, payload, topics }: Publishing,
    { inFlight, until }: { inFlight: number; until: () => boolean },
  ): Promise<number> {
    let count = 0;
    const options = { qos };
    const lane = async (): Promise<void> => {
      while (!until()) {
        await this.#client.publish(topics[count % topics.length] as string, payload, options);
        count++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return count;
  }

  async receive(topicFilter: string, qos: Qos, each: () => void): Promise<void> {
    await this.#client.subscribe([topicFilter, 'flood/topic/+'], { qos, onMessage: each });
  }

  async latencies({ qos, payload, topics: [topic = ''] }: Publishing, until: () => boolean): Promise<number[]> {
    const all: number[] = [];
    const options = { qos };
    while (!until()) {
      const began = performance.now();
      await this.#client.publish(topic, payload, options);
      all.push(performance.now() - began);
    }
    return all;
  }

  end(): Promise<void> {
    return this.#client.end();
  }
}

class Theirs implements Contender {
  readonly #client: MqttClient;

  constructor(client: MqttClient) {
    this.#client = client;
  }

  async publishOnce(
    { payload, topics }: Publishing,
    { waitEach, until }: { waitEach: number; until: () => boolean },
  ): Promise<number> {
    let count = 0;
    const bytes = Buffer.from(payload);
    while (!until()) {
      for (let i = 1; i < waitEach; i++) this.#client.publish(topics[count++ % topics.length] as string, bytes);
      await this.#client.publishAsync(topics[count++ % topics.length] as string, bytes);
    }
    await this.#client.publishAsync(topics[0] as string, '', { qos: 1 });
    return count;
  }

  publishSurely(
    { qos, payload, topics }: Publishing,
    { inFlight, until }: { inFlight: number; until: () => boolean },
  ): Promise<number> {
    let count = 0;
    let lanes = inFlight;
    const bytes = Buffer.from(payload);
    const options = { qos };
    return new Promise((done, broke) => {
      const next = (error?: Error | null): void => {
        if (error) return broke(error);
        if (until()) {
          if (--lanes === 0) done(count);
          return;
        }
        this.#client.publish(topics[count % topics.length] as string, bytes, options, acknowledged);
      };
      const acknowledged = (error?: Error): void => {
        count++;
        next(error);
      };
      for (let i = 0; i < inFlight; i++) next();
    });
  }

  async receive(topicFilter: string, qos: Qos, each: () => void): Promise<void> {
    this.#client.on('message', each);
    await this.#client.subscribeAsync(topicFilter, { qos });
  }

  latencies({ qos, payload, topics: [topic = ''] }: Publishing, until: () => boolean): Promise<number[]> {
    const all: number[] = [];
    const bytes = Buffer.from(payload);
    const options = { qos };
    return new Promise((done, broke) => {
      const next = (): void => {
        if (until()) return done(all);
        const began = performance.now();
        this.#client.publish(topic, bytes, options, (error) => {
          all.push(performance.now() - began);
          if (error) broke(error);
          else next();
        });
      };
      next();
    });
  }

  async end(): Promise<void> {
    await this.#client.endAsync();
  }
}
