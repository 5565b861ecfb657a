// Messages that come (sections 4.3 and 4.5): delivered, and acknowledged in the order in which they came. In: PUBLISH and PUBREL. Out: to
// whoever takes them, and, through a port, acknowledgements. Knows no socket and no clock.
import type { PublishView } from '../../codec/publish-view.ts';
import type { Message, PacketId } from '../../message.ts';
import { Receiver, type ReceiverPort } from '../../session/receiver.ts';
import { defaultSessionRules } from '../../session/session-rules.ts';
import { topicNameProblem } from '../../topics/validate.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { ReceivedMessage } from './received-message.ts';
import type { SessionJournal } from './session-journal.ts';
import type { Subscriptions, Taker } from './subscriptions.ts';

export interface InboxOptions {
  readonly subscriptions: Subscriptions;
  /** Takes messages that match no subscription. */
  readonly unclaimed: Taker | undefined;
  readonly manualAcknowledgement: boolean;
  readonly journal: SessionJournal | undefined;
  readonly acknowledge: (packet: 'puback' | 'pubrec' | 'pubcomp', packetId: PacketId) => void;
}

export class Inbox implements ReceiverPort {
  readonly #subscriptions: Subscriptions;
  readonly #unclaimed: Taker | undefined;
  readonly #acknowledge: InboxOptions['acknowledge'];
  readonly #receiver: Receiver;
  readonly #acknowledgements: Acknowledgements | undefined;

  constructor({ subscriptions, unclaimed, manualAcknowledgement, journal, acknowledge }: InboxOptions) {
    this.#subscriptions = subscriptions;
    this.#unclaimed = unclaimed;
    this.#acknowledge = acknowledge;
    this.#receiver = new Receiver(defaultSessionRules, journal);
    if (!manualAcknowledgement) return;
    this.#acknowledgements = new Acknowledgements(({ packet, packetId }) => {
      if (packet === 'pubrec') journal?.acknowledged(packetId);
      acknowledge(packet, packetId);
    });
  }

  /** Goes on where an earlier process was: messages of QoS 2 that it has passed on. */
  restore(receivedIds: readonly PacketId[]): void {
    this.#receiver.restore(receivedIds);
    this.#acknowledgements?.restore(receivedIds);
  }

  /** A PUBLISH came. A string says what about it violates the protocol. */
  published(publish: PublishView): string | undefined {
    const { topicName, qos, packetId, dup } = publish;
    if (!this.#subscriptions.knows(topicName)) {
      const problem = topicNameProblem(topicName);
      if (problem !== undefined)
        return `PUBLISH to ${problem.actual}: expected ${problem.expected} (${problem.statement})`;
    }
    // MQTT-3.3.4-1, and MQTT-4.5.0-2: acknowledged whether anybody wants it or not.
    if (qos === 0) this.deliver(new ReceivedMessage(publish, false));
    else if (this.#acknowledgements !== undefined) this.#hold(publish, qos, this.#acknowledgements);
    else if (qos === 1) {
      this.deliver(new ReceivedMessage(publish, dup));
      // MQTT-4.3.2-2; in the order in which the messages came, since each is answered at once (MQTT-4.6.0-2, MQTT-4.6.0-3).
      this.#acknowledge('puback', packetId);
    } else this.#receiver.publish(packetId, { message: new ReceivedMessage(publish, dup), dup }, this);
    return undefined;
  }

  pubrel(packetId: PacketId): void {
    this.#acknowledgements?.released(packetId);
    this.#receiver.pubrel(packetId, this);
  }

  connectionLost(): void {
    this.#acknowledgements?.connectionLost();
  }

  /** The server knows nothing of the session. */
  clear(): void {
    this.#receiver.clear();
    this.#acknowledgements?.clear();
  }

  /** Where the application acknowledges, its word is waited for. */
  pubrec(packetId: PacketId): void {
    if (this.#acknowledgements === undefined) this.#acknowledge('pubrec', packetId);
  }

  pubcomp(packetId: PacketId): void {
    this.#acknowledge('pubcomp', packetId);
  }

  deliver(message: Message): void {
    const received = message as ReceivedMessage;
    const takers = this.#subscriptions.takers(message.topicName);
    // Nobody will ever acknowledge what nobody takes, and all that comes behind it would wait.
    if (takers.length === 0 && this.#unclaimed === undefined) received.acknowledge();
    else if (takers.length === 0) this.#unclaimed?.take(received);
    else for (const taker of takers) taker.take(received);
  }

  #hold(publish: PublishView, qos: 1 | 2, acknowledgements: Acknowledgements): void {
    const { packetId, dup } = publish;
    const held = acknowledgements.arrived(qos === 1 ? 'puback' : 'pubrec', packetId);
    const message = new ReceivedMessage(publish, dup, () => acknowledgements.acknowledge(held));
    if (qos === 1) this.deliver(message);
    else this.#receiver.publish(packetId, { message, dup }, this);
  }
}
