// Faulty clients, one deliberate violation each.
import { connectFaults } from './connect.ts';
import type { ClientFault } from './fault.ts';
import { handshakeFaults } from './handshakes.ts';
import { packetFaults } from './packets.ts';
import { reactionFaults } from './reactions.ts';

export const clientFaults: readonly ClientFault[] = [
  ...handshakeFaults,
  ...reactionFaults,
  ...connectFaults,
  ...packetFaults,
];
