// What nobody sees before it is asked for: every ladder with all its bytes, and what a copy needs. In: results. Out: base64
// of deflated JSON, which the page's script unpacks. Texts repeat much: packed they are a twentieth as long.
import { deflateRawSync } from 'node:zlib';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Report } from '../../verdict/report.ts';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import { againstWhat, commandAlone } from '../evidence.ts';
import { hasMorePasses, Passes } from './evidence.tsx';
import { fixtureHead } from './fixture-head.ts';
import { Ladder } from './ladder.tsx';
import { decidingOnes, wholeOf } from './lanes.ts';
import { shrink } from './shrink.ts';
import { anchorOf } from './text.ts';
import type { Words } from './words.ts';

/** What the script gets of a scenario: markup, command, the head of a fixture, whose body it reads from the ladder, and all checks that passed if the page tells but some. */
export type Unpacked = readonly [ladder: string, command: string, fixtureHead: string, passes?: string];

/** The parts of these scenarios by their anchors. */
export function pack(results: readonly ScenarioResult[], report: Report, words: Words): string {
  const parts = results.map((result): [string, Unpacked] => {
    const indexes = wholeOf(result, decidingOnes(result));
    const ladder =
      result.trace.length === 0 ? '' : renderToString(h(Ladder, { result, indexes, allBytes: true, words }));
    const passes: readonly [] | readonly [string] = hasMorePasses(result)
      ? [shrink(renderToString(h(Passes, { result, whole: true, words })))]
      : [];
    return [
      anchorOf(result),
      [shrink(ladder), commandAlone(result, againstWhat(report)), fixtureHead(result, report) ?? '', ...passes],
    ];
  });
  return deflateRawSync(JSON.stringify(Object.fromEntries(parts)), { level: 9 }).toString('base64');
}
