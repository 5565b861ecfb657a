// What nobody sees before it is asked for: every ladder with all its bytes, and what a copy needs. In: a report. Out: deflated
// JSON as text, which the page's script unpacks. Texts repeat much: packed they are a twentieth as long.
import { deflateRawSync } from 'node:zlib';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Report } from '../../verdict/report.ts';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import { againstWhat, commandAlone } from '../evidence.ts';
import { hasMorePasses, Passes } from './evidence.tsx';
import { fixtureHead } from './fixture-head.ts';
import { ladder, timeIn } from './ladder.ts';
import { decidingOnes, type Gap, wholeOf } from './lanes.ts';
import { textOfBytes } from './letters.ts';
import { shrink } from './shrink.ts';
import type { Words } from './words.ts';

/**
 * What the script gets of a scenario: markup without its times, the times, command, the head of a fixture, whose body it reads from
 * the ladder, and all checks that passed if the page tells but some. `{id}` and `{title}` stand for what the page tells already.
 */
export type Unpacked = readonly [ladder: string, times: string, command: string, fixtureHead: string, passes?: string];

export interface Packed {
  readonly text: string;
  /** Of the deflated bytes, which the text does not tell. */
  readonly byteLength: number;
}

/** The parts of all scenarios, in the order of the page. */
export function pack(results: readonly ScenarioResult[], report: Report, words: Words): Packed {
  const parts = results.map((result): Unpacked => {
    const { id } = result;
    const named = (text: string): string => text.replaceAll(id, '{id}');
    const indexes = wholeOf(result, decidingOnes(result));
    const drawn = result.trace.length === 0 ? '' : ladder({ result, indexes, allBytes: true, timesApart: true, words });
    const passes: readonly [] | readonly [string] = hasMorePasses(result)
      ? [shrink(renderToString(h(Passes, { result, whole: true, words })))]
      : [];
    const command = named(commandAlone(result, againstWhat(report)));
    const head = named(fixtureHead({ ...result, title: '{title}' }, report) ?? '');
    return [drawn, timesOf(result, indexes), command, head, ...passes];
  });
  const bytes = deflateRawSync(JSON.stringify(parts), { level: 9, memLevel: 9 });
  return { text: textOfBytes(bytes), byteLength: bytes.length };
}

/** How much later than the one before each entry came. By themselves times pack better: ladders without them are much alike. */
function timesOf(result: ScenarioResult, indexes: readonly (number | Gap)[]): string {
  let before = 0;
  const steps = indexes.flatMap((index) => {
    if (typeof index !== 'number') return [];
    const at = timeIn(result, index);
    const step = Number((at - before).toFixed(1));
    before = at;
    return [step === 0 ? '' : step];
  });
  return steps.join();
}
