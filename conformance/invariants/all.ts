// All invariants, in the order of the standard.
import type { Invariant } from './invariant.ts';
import { packetInvariants } from './packets.ts';

export const invariants: readonly Invariant[] = packetInvariants;
