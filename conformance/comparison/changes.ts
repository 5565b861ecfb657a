// Two runs of one broker. In: the report before and the one after. Out: what is new, mended, changed, gone. Knows no file and no screen.
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult, StatementResult, StatementVerdict, Verdict } from '../verdict/verdict.ts';

/** A verdict that differs; `before` or `after` is missing where there was none. */
export interface Change {
  /** A statement's number, or a scenario's id with its protocol where that is not 3.1.1. */
  readonly id: string;
  readonly before?: StatementVerdict;
  readonly after?: StatementVerdict;
}

export interface Changes {
  /** Fails now and did not fail before. */
  readonly new: readonly Change[];
  /** Failed before, and was judged without a fail. */
  readonly mended: readonly Change[];
  /** Any other verdict that differs, also a fail that is unclear or was skipped now. */
  readonly changed: readonly Change[];
  /** Had a verdict before and was not played now. */
  readonly gone: readonly Change[];
}

/** `overlap-highest-qos`, `level-3-accepted@3.1`: as links into a report are written. */
export const keyOf = ({ id, protocol }: Pick<ScenarioResult, 'id' | 'protocol'>): string =>
  protocol === '3.1.1' ? id : `${id}@${protocol}`;

const scenarioVerdicts = ({ scenarios }: Report): Map<string, Verdict> =>
  new Map(scenarios.map((result) => [keyOf(result), result.verdict]));

const statementVerdicts = ({ statements }: Report): Map<string, StatementVerdict> =>
  new Map(statements.map(({ id, verdict }: StatementResult) => [id, verdict]));

export const scenarioChanges = (before: Report, after: Report): Changes =>
  changesBetween(scenarioVerdicts(before), scenarioVerdicts(after));

export const statementChanges = (before: Report, after: Report): Changes =>
  changesBetween(statementVerdicts(before), statementVerdicts(after));

const judged: ReadonlySet<StatementVerdict> = new Set(['pass', 'warn', 'observed']);
const unplayed: ReadonlySet<StatementVerdict> = new Set(['not applicable', 'not observable']);

function changesBetween(
  before: ReadonlyMap<string, StatementVerdict>,
  after: ReadonlyMap<string, StatementVerdict>,
): Changes {
  const changes = { new: [] as Change[], mended: [] as Change[], changed: [] as Change[], gone: [] as Change[] };
  for (const id of new Set([...after.keys(), ...before.keys()])) {
    const [was, is] = [before.get(id), after.get(id)];
    if (was === is) continue;
    const change: Change = {
      id,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    };
    changes[kindOf(was, is)].push(change);
  }
  return changes;
}

function kindOf(was: StatementVerdict | undefined, is: StatementVerdict | undefined): keyof Changes {
  if (is === 'fail') return 'new';
  if (is === undefined || (unplayed.has(is) && was !== undefined && !unplayed.has(was))) return 'gone';
  return was === 'fail' && judged.has(is) ? 'mended' : 'changed';
}
