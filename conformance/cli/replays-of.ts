// Conversations of the user → scenarios that replay them. In: files. Out: scenarios, or one line that tells why a file cannot be replayed.
import { UsageError } from '../../reference/cli/usage-error.ts';
import type { Fixture } from '../replay/fixture.ts';
import { Judgement, type Violation } from '../replay/judgement.ts';
import { NotReplayable } from '../replay/script.ts';
import type { Filed } from '../runner/plan.ts';
import { replayOf } from '../scenarios/server/fixtures/replay-of.ts';
import { readConversation } from './conversation-file.ts';

/** Throws UsageError. */
export function replaysOf(files: readonly string[]): Filed[] {
  return files.map((file, i) => {
    const { fixture } = readConversation(file);
    refuseViolations(fixture, file);
    try {
      return { section: 'fixtures', scenario: replayOf({ name: `file-${i + 1}`, fixture }) };
    } catch (error) {
      if (error instanceof NotReplayable)
        throw new UsageError(`${file} cannot be replayed: ${error.message}`, { cause: error });
      throw error;
    }
  });
}

/** What a target does to a client that breaks the rules is its own business. */
function refuseViolations({ events }: Fixture, file: string): void {
  const violations: Violation[] = [];
  const judgement = new Judgement((violation) => violations.push(violation));
  for (const event of events) judgement.take(event);
  const first = violations.find(({ by }) => by === 'client');
  if (first === undefined) return;
  const { connection, problem, statements } = first;
  throw new UsageError(
    `${file} cannot be replayed: its client ${connection} breaks ${statements.join(', ')}: ${problem}`,
  );
}
