// All invariants, in the order of the standard.
import { answerInvariants } from './answers.ts';
import { clientConversationInvariants } from './client-conversation.ts';
import type { ClientInvariant } from './client-invariant.ts';
import { clientPacketInvariants } from './client-packets.ts';
import { conversationInvariants } from './conversation.ts';
import type { Invariant } from './invariant.ts';
import { packetInvariants } from './packets.ts';

export const invariants: readonly Invariant[] = [...packetInvariants, ...conversationInvariants, ...answerInvariants];

/** What is held against clients, where their side of a conversation is judged too. */
export const clientInvariants: readonly ClientInvariant[] = [
  ...clientPacketInvariants,
  ...clientConversationInvariants,
];
