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
}
