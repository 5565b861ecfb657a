// All invariants, in the order of the standard.
import { conversationInvariants } from './conversation.ts';
import type { Invariant } from './invariant.ts';
import { packetInvariants } from './packets.ts';

export const invariants: readonly Invariant[] = [...packetInvariants, ...conversationInvariants];
