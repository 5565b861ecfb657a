import type { Message, Qos } from '../../message.ts';

/** A message on its way out, and who waits for it. */
export class OutgoingMessage implements Message {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor({ topicName, payload, qos, retain }: Message) {
    this.topicName = topicName;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
  }

  /** Settles when the QoS says so: at PUBACK, at PUBCOMP. To be asked for once. */
  settled(): Promise<void> {
    return new Promise((done, failed) => {
      this.#done = done;
      this.#failed = failed;
    });
  }

  done(): void {
    this.#done?.();
  }

  failed(error: Error): void {
    this.#failed?.(error);
  }
}
