// The checks of a scenario, as a reader wants them. In: a result. Out: those that passed, each once, with the number by which ladders name it.
import type { Check, ScenarioResult } from '../../verdict/verdict.ts';

export interface Passed {
  readonly expected: string;
  /** What was seen, where it is more than "as expected". */
  readonly got: string | undefined;
  readonly times: number;
}

/** What passed or was observed; what was expected several times in the same words is one. */
export function passedOnes({ checks }: Pick<ScenarioResult, 'checks'>): Passed[] {
  const byText = new Map<string, Check[]>();
  for (const check of checks) {
    if (check.verdict !== 'pass') continue;
    const key = `${check.expected}\n${check.got}`;
    byText.set(key, [...(byText.get(key) ?? []), check]);
  }
  return [...byText.values()].flatMap(([check, ...others]) => {
    if (check === undefined) return [];
    const got = check.got === 'as expected' ? undefined : check.got;
    return [{ expected: check.expected, got, times: others.length + 1 }];
  });
}

/** What was seen where the standard leaves it open; the same once. */
export const observedOnes = ({ checks }: Pick<ScenarioResult, 'checks'>): string[] => [
  ...new Set(checks.filter(({ verdict }) => verdict === 'observed').map(({ got }) => got)),
];

/** By the note that a passed check leaves in a trace: its number in the list of `passedOnes`. */
export const numbersOf = (result: Pick<ScenarioResult, 'checks'>): ReadonlyMap<string, number> =>
  new Map(passedOnes(result).map(({ expected }, i) => [`as expected: ${expected}`, i + 1]));
