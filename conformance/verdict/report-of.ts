// A saved report, also of an older version. In: parsed JSON. Out: a report in which nothing is missing that a reader relies on.
import { catalogue } from '../spec/catalogue.ts';
import { exitCode, statementResults, summarise } from './compute.ts';
import type { Report } from './report.ts';
import type { Check, ScenarioResult, StatementResult } from './verdict.ts';

/** It is no report, or one of a version that is not known yet. The message tells which. */
export class NoReport extends Error {}

const newest = 1;

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const rawOf = (value: unknown): Raw => (isRaw(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const textsOf = (value: unknown): string[] => listOf(value).filter((one) => typeof one === 'string');
const oneOf = <T extends string>(known: readonly T[], value: unknown, otherwise: T): T =>
  known.find((one) => one === value) ?? otherwise;

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isField = (value: unknown): boolean =>
  isRaw(value) && [value['name'], value['value']].every(isText) && [value['offset'], value['length']].every(isNumber);

/** What may be missing is left out where it is not what it should be. */
const optionals: Readonly<Record<string, (value: unknown) => boolean>> = {
  reason: isText,
  version: isText,
  evidence: isText,
  connection: isText,
  missing: isTexts,
  findings: isTexts,
  traceIndex: isNumber,
  fields: (value) => Array.isArray(value) && value.every(isField),
  machine: (value) => isRaw(value) && [value['node'], value['system']].every(isText) && isNumber(value['processors']),
  stability: (value) => isRaw(value) && isNumber(value['runs']) && isNumber(value['same']),
};

const sound = (raw: Raw): Raw =>
  Object.fromEntries(Object.entries(raw).filter(([key, value]) => optionals[key]?.(value) !== false));

const verdicts = ['pass', 'fail', 'warn', 'observed', 'skipped', 'inconclusive', 'error'] as const;
const statementVerdicts = [...verdicts, 'not applicable', 'not observable'] as const;
const checkVerdicts = ['pass', 'fail', 'warn', 'observed', 'inconclusive'] as const;
const endings = ['finished', 'interrupted', 'target lost', 'own error'] as const;

/**
 * Takes what `report.json` holds. What an older version did not write is computed where that is possible, and left out otherwise;
 * what is there stays as it is. Throws NoReport.
 */
export function reportOf(value: unknown): Report {
  if (!isRaw(value) || value['format'] !== 'mqttspec-report') {
    throw new NoReport('is no report of mqttspec: expected a report.json as --out writes it');
  }
  const { formatVersion } = value;
  if (typeof formatVersion === 'number' && formatVersion > newest) {
    throw new NoReport(
      `is a report of format ${formatVersion}, and this version reads formats up to ${newest}: update mqttspec`,
    );
  }
  const scenarios = listOf(value['scenarios']).filter(isRaw).map(scenarioOf);
  return {
    format: 'mqttspec-report',
    formatVersion: newest,
    run: runOf(rawOf(value['run']), scenarios),
    target: targetOf(value['target']),
    summary: isRaw(value['summary']) ? summaryOf(value['summary'], scenarios) : summarise(scenarios),
    statements: Array.isArray(value['statements'])
      ? value['statements'].filter(isRaw).map(statementOf)
      : statementResults(scenarios, catalogue),
    scenarios,
  };
}

function runOf(raw: Raw, scenarios: readonly ScenarioResult[]): Report['run'] {
  const tool = rawOf(raw['tool']);
  const endedBy = oneOf(endings, raw['endedBy'], 'finished');
  const code = raw['exitCode'];
  return {
    ...sound(raw),
    runId: textOf(raw['runId']),
    tool: { name: 'mqttspec', version: textOf(tool['version'], 'of unknown version') },
    seed: numberOf(raw['seed']),
    address: textOf(raw['address'], 'an unknown address'),
    options: rawOf(raw['options']) as Report['run']['options'],
    startedAt: textOf(raw['startedAt']),
    endedAt: textOf(raw['endedAt']),
    durationMs: numberOf(raw['durationMs']),
    complete: typeof raw['complete'] === 'boolean' ? raw['complete'] : endedBy === 'finished',
    endedBy,
    exitCode: code === 0 || code === 1 || code === 3 || code === 130 ? code : exitCode({ endedBy, scenarios }),
    scenarioMs: numberOf(raw['scenarioMs']) || scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

function targetOf(value: unknown): Report['target'] {
  if (!isRaw(value)) return null;
  const capabilities = listOf(value['capabilities']).filter(isRaw);
  return {
    ...sound(value),
    address: textOf(value['address']),
    protocols: textsOf(value['protocols']) as ('3.1' | '3.1.1')[],
    capabilities: capabilities
      .filter(
        ({ name, value: found }) => typeof name === 'string' && ['string', 'number', 'boolean'].includes(typeof found),
      )
      .map((one) => sound(one) as unknown as NonNullable<Report['target']>['capabilities'][number]),
  };
}

/** The counts as they stand there, where they are counts. */
function summaryOf(raw: Raw, scenarios: readonly ScenarioResult[]): Report['summary'] {
  const { sections } = raw;
  const whole = isCounts(raw['scenarios']) && Array.isArray(sections) && sections.every(isSection);
  return whole ? (raw as unknown as Report['summary']) : summarise(scenarios);
}

const isCounts = (value: unknown): boolean => isRaw(value) && verdicts.every((verdict) => isNumber(value[verdict]));
const isSection = (value: unknown): boolean => isRaw(value) && isText(value['section']) && isCounts(value['counts']);

const statementOf = (raw: Raw): StatementResult =>
  ({
    ...sound(raw),
    id: textOf(raw['id'], 'a statement without a number'),
    verdict: oneOf(statementVerdicts, raw['verdict'], 'inconclusive'),
    scenarios: textsOf(raw['scenarios']),
  }) as StatementResult;

const scenarioOf = (raw: Raw): ScenarioResult =>
  ({
    ...sound(raw),
    id: textOf(raw['id'], 'without-id'),
    title: textOf(raw['title'], textOf(raw['id'])),
    section: textOf(raw['section'], 'others'),
    protocol: oneOf(['3.1', '3.1.1'], raw['protocol'], '3.1.1'),
    verdict: oneOf(verdicts, raw['verdict'], 'inconclusive'),
    cites: textsOf(raw['cites']),
    checks: listOf(raw['checks']).filter(isRaw).map(checkOf),
    trace: listOf(raw['trace']).filter(isRaw).flatMap(entryOf),
    startedAt: numberOf(raw['startedAt']),
    durationMs: numberOf(raw['durationMs']),
  }) as ScenarioResult;

const checkOf = (raw: Raw): Check =>
  ({
    ...sound(raw),
    verdict: oneOf(checkVerdicts, raw['verdict'], 'inconclusive'),
    statements: textsOf(raw['statements']),
    expected: textOf(raw['expected']),
    got: textOf(raw['got']),
  }) as Check;

/** Entries of a kind that is not known are left out. */
function entryOf(raw: Raw): ScenarioResult['trace'] {
  const at = numberOf(raw['at']);
  const connection = textOf(raw['connection'], 'client');
  switch (raw['kind']) {
    case 'opened':
      return [{ ...sound(raw), kind: 'opened', at, connection, to: textOf(raw['to']) }];
    case 'sent':
    case 'received': {
      const hex = textOf(raw['hex']);
      const length = typeof raw['length'] === 'number' ? raw['length'] : hex.length / 2;
      return [{ ...sound(raw), kind: raw['kind'], at, connection, length, hex, summary: textOf(raw['summary']) }];
    }
    case 'ended':
      return [
        {
          ...sound(raw),
          kind: 'ended',
          at,
          connection,
          by: oneOf(['target', 'tester'], raw['by'], 'target'),
          how: oneOf(['FIN', 'RST'], raw['how'], 'FIN'),
        },
      ];
    case 'note': {
      const { verdict, ...note } = sound(raw);
      const known = checkVerdicts.find((one) => one === verdict);
      return [
        { ...note, kind: 'note', at, text: textOf(raw['text']), ...(known === undefined ? {} : { verdict: known }) },
      ];
    }
    default:
      return [];
  }
}
