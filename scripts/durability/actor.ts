// What plays in a round. In: a port. Out: violations of what the broker has promised, told to the judge.
import { ConnectionEnded } from './peer.ts';

export interface Actor {
  /** Plays on a broker until the connection ends, or until nothing is left to do where the round is the last one. */
  play(round: Round): Promise<void>;
}

export interface Round {
  readonly port: number;
  /** Nobody kills this broker: everything is to be brought to its end. */
  readonly isLast: boolean;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** A packet came that tells of work done: brokers are killed after so many, however quick they are. */
  readonly seen: () => void;
  /** Something was promised and not kept. */
  readonly violated: (what: string) => void;
}

/** Plays, and takes the end of the connection for the end of the round, but in the last round. */
export async function playToTheEnd(actor: Actor, round: Round): Promise<void> {
  try {
    await actor.play(round);
  } catch (error) {
    if (!(error instanceof ConnectionEnded) || round.isLast) throw error;
  }
}
