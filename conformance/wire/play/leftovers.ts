// What a run has left on the target, to be removed at its end.
import type { Packet } from '../../../reference/codec/packet.ts';

export class Leftovers {
  /** Client ids that may have a stored session. */
  readonly clientIds = new Set<string>();
  /** Topics that may have a retained message. */
  readonly topicNames = new Set<string>();

  sent(packet: Packet): void {
    if (packet.type === 'connect') {
      if (packet.cleanSession) this.clientIds.delete(packet.clientId);
      else if (packet.clientId !== '') this.clientIds.add(packet.clientId);
      if (packet.will?.retain === true) this.topicNames.add(packet.will.topicName);
    } else if (packet.type === 'publish' && packet.retain) {
      if (packet.payload.length === 0) this.topicNames.delete(packet.topicName);
      else this.topicNames.add(packet.topicName);
    }
  }
}
