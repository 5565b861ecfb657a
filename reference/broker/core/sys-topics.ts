// `$SYS`: what brokers publish about themselves (section 4.7.2). In: statistics at times. Out: retained messages, where a value has changed.
import type { Message } from '../../message.ts';
import { Load, loadMinutes } from './load.ts';
import { type Statistics, statisticNames } from './statistics.ts';

export class SysTopics {
  readonly #version: string;
  readonly #loads = new Map(statisticNames.flatMap(({ load }) => (load === undefined ? [] : [[load, new Load()]])));
  readonly #published = new Map<string, string>();
  #minutes = 0;
  #mostClients = 0;

  constructor(version: string) {
    this.#version = version;
  }

  /** The topics whose values are others than the last time. */
  messages(statistics: Statistics): Message[] {
    return [...this.#values(statistics)].flatMap(([name, value]) => {
      if (this.#published.get(name) === value) return [];
      this.#published.set(name, value);
      return [messageOf(name, value)];
    });
  }

  *#values(statistics: Statistics): Generator<readonly [string, string]> {
    const { uptimeSeconds, clientsConnected, sessions } = statistics;
    this.#mostClients = Math.max(this.#mostClients, clientsConnected);
    yield ['version', this.#version];
    yield ['uptime', `${Math.floor(uptimeSeconds)} seconds`];
    yield ['clients/disconnected', `${Math.max(0, sessions - clientsConnected)}`];
    yield ['clients/maximum', `${this.#mostClients}`];
    for (const { name, topic } of statisticNames) if (topic !== undefined) yield [topic, `${statistics[name]}`];
    yield* this.#loadValues(statistics);
  }

  *#loadValues(statistics: Statistics): Generator<readonly [string, string]> {
    const minutes = statistics.uptimeSeconds / 60;
    for (const { name, load = '' } of statisticNames) {
      const averages = this.#loads.get(load)?.update(statistics[name], minutes - this.#minutes) ?? [];
      for (const [i, average] of averages.entries()) yield [`load/${load}/${loadMinutes[i]}min`, average.toFixed(2)];
    }
    this.#minutes = minutes;
  }
}

const messageOf = (name: string, value: string): Message => ({
  topicName: `$SYS/broker/${name}`,
  payload: new TextEncoder().encode(value),
  qos: 0,
  retain: true,
});
