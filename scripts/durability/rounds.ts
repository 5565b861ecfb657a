// The loop: start, play, kill, and again; at the end everything is brought to its end. In: how many rounds, which seed. Out: what the
// broker has promised and not kept.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFrom } from '../../conformance/runner/random.ts';
import { type Actor, playToTheEnd, type Round } from './actor.ts';
import type { Breakage } from './broken-store.ts';
import { Brokers, type RunningBroker } from './brokers.ts';
import { Changer } from './changer.ts';
import { LoosePublisher } from './loose-publisher.ts';
import { Publisher } from './publisher.ts';
import { Retainer } from './retainer.ts';
import { SessionChanger } from './session-changer.ts';
import { Subscriber } from './subscriber.ts';

export interface LoopOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly breakage?: Breakage;
  /** Told after each round. */
  readonly progress?: (round: number, result: LoopResult) => void;
}

export interface LoopResult {
  /** Rounds that were played. */
  readonly rounds: number;
  /** Brokers that were killed, some of them while they started. */
  readonly kills: number;
  /** Messages that publishers have begun. */
  readonly published: number;
  /** What was promised and not kept; the loop ends behind the first round that has any. */
  readonly violations: readonly string[];
}

/** Packets that come in a round before its broker is killed, at most; a bound of time beside it, and a moment on top. */
const mostSeen = 2_000;
const longestRoundMs = 1_500;
const longestMomentMs = 8;
const longestStartMs = 60;
const killedWhileStarting = 0.1;
const endsWithinMs = 30_000;

class Cast {
  readonly publishers = [
    new Publisher('numbers/1/a', 1),
    new Publisher('numbers/2/a', 2),
    new Publisher('numbers/2/b', 2),
  ];
  readonly loose = new LoosePublisher('numbers/loose');
  readonly subscribers = ['a', 'b', 'c'].map((name) => new Subscriber(name, this));
  readonly others = [new Changer(), new Retainer(), new SessionChanger()];

  get all(): readonly Actor[] {
    return [...this.publishers, this.loose, ...this.subscribers, ...this.others];
  }

  get published(): number {
    return this.publishers.reduce((sum, { published }) => sum + published, this.loose.published);
  }
}

/** Plays until a round has violations, or all are played. */
export async function killLoop({ rounds, seed, breakage, progress }: LoopOptions): Promise<LoopResult> {
  const data = await mkdtemp(join(tmpdir(), 'mqttspec-durability-'));
  const random = randomFrom(seed);
  const cast = new Cast();
  const violations: string[] = [];
  let kills = 2;
  let played = 0;
  const result = (): LoopResult => ({ rounds: played, kills, published: cast.published, violations });
  try {
    await using brokers = new Brokers({ data, breakage });
    // The first one is killed while it makes its folder.
    const first = await brokers.start(random() * longestStartMs);
    for (const subscriber of cast.subscribers) await subscriber.prepare(first.port);
    await first.kill();
    while (played < rounds && violations.length === 0) {
      const isEarly = random() < killedWhileStarting;
      const broker = await brokers.start(isEarly ? random() * longestStartMs : undefined);
      kills += isEarly ? 2 : 1;
      const violated = (what: string): void => void violations.push(`round ${played + 1}: ${what}`);
      await playRound(cast, broker, { port: broker.port, isLast: false, random, violated });
      played++;
      progress?.(played, result());
    }
    if (violations.length === 0) await playLast(cast, await brokers.start(), { random, violations });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  return result();
}

async function playRound(cast: Cast, broker: RunningBroker, basics: Omit<Round, 'seen'>): Promise<void> {
  const { random } = basics;
  let left = Math.floor(random() ** 2 * mostSeen);
  let over: () => void = () => {};
  const enough = new Promise<void>((done) => {
    over = done;
  });
  const bound = setTimeout(over, longestRoundMs);
  const seen = (): void => {
    if (left-- === 0) setTimeout(over, random() * longestMomentMs);
  };
  const playing = Promise.all(cast.all.map((actor) => playToTheEnd(actor, { ...basics, seen })));
  await Promise.race([enough, playing]);
  clearTimeout(bound);
  await broker.kill();
  await playing;
}

async function playLast(
  cast: Cast,
  broker: RunningBroker,
  { random, violations }: { random: () => number; violations: string[] },
): Promise<void> {
  const round: Round = {
    port: broker.port,
    isLast: true,
    random,
    seen: () => {},
    violated: (what) => void violations.push(`at the end: ${what}`),
  };
  const tooLate = new Promise<'too late'>((over) => setTimeout(over, endsWithinMs, 'too late').unref());
  const ended = Promise.all(cast.all.map((actor) => playToTheEnd(actor, round)));
  const how = await Promise.race([ended, tooLate]);
  if (how === 'too late')
    for (const missing of cast.subscribers.flatMap((one) => one.missing()))
      violations.push(`at the end: never came: ${missing}`);
  await broker.stop();
}
