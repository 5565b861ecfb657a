// Names that belong to one run: whatever it leaves on the target can be told apart and removed.

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Eight characters from a random source that gives numbers from 0 to 1. */
export const newRunId = (random: () => number): string =>
  Array.from({ length: 8 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');

/** Client ids and topic names of one run. */
export class Names {
  readonly runId: string;
  #clients = 0;
  #topics = 0;
  /** Topic names without the run's id that it publishes to all the same. */
  readonly #others = new Set<string>();

  constructor(runId: string) {
    this.runId = runId;
  }

  /** All topics of the run lie below this one. */
  get prefix(): string {
    return `mqttspec/${this.runId}`;
  }

  /** A fresh client id: digits and ASCII letters, at most 23 (MQTT-3.1.3-5). */
  clientId(): string {
    return `ms${this.runId}${(this.#clients++).toString(36)}`;
  }

  /** A topic name that nobody else uses. */
  topicName(suffix = 't'): string {
    return `${this.prefix}/${this.#topics++}/${suffix}`;
  }

  /** A topic name that nobody else uses and that begins with `$`. */
  dollarTopicName(suffix = 't'): string {
    return `$mqttspec${this.runId}/${this.#topics++}/${suffix}`;
  }

  /** Whether a topic name or filter bears the run's id. */
  isOwn(topic: string): boolean {
    return topic.toLowerCase().includes(this.runId);
  }

  /** The run publishes to this topic. */
  publishesTo(topicName: string): void {
    if (!this.isOwn(topicName)) this.#others.add(topicName);
  }

  /** Whether only others publish to this topic, such as the target itself. */
  isForeign(topicName: string): boolean {
    return !this.isOwn(topicName) && !this.#others.has(topicName);
  }
}
