// What marks everything of a run, in topics and client ids, tells a reader nothing. In: a run. Out: its texts without that, made harmless.
import type { Report } from '../../verdict/report.ts';
import type { Protocol } from '../../verdict/verdict.ts';
import { shown } from './text.ts';

/** A text of the run, ready to be shown; long ones are cut. */
export interface Words {
  (text: string, most?: number): string;
  /** A packet without the fields that have their usual values. */
  readonly brief: (summary: string, protocol: Protocol) => string;
}

/** `"mqttspec/k3q9zz10/7/t"` becomes `"…/7/t"`. */
export function wordsOf({ run: { runId, address } }: Report): Words {
  const marks = new RegExp(`(?<=")(?:\\$?mqttspec/?|ms)${runId.replace(/\W/g, '\\$&')}`, 'g');
  const marked = runId.length > 2;
  const words = (text: string, most?: number): string =>
    shown(marked && text.includes(runId) ? text.replace(marks, '…') : text, most);
  const usual = usualFields(/^\w+:\/\/([^:@/]+)@/.exec(address)?.[1]);
  return Object.assign(words, {
    brief: (summary: string, protocol: Protocol): string =>
      words(summary, longestBrief)
        .replace(usual, '')
        .replace(protocol === '3.1' ? ' level 3' : ' level 4', ''),
  });
}

const longestBrief = 160;

/** Fields that nobody misses; the user name of the target's address is that of all connections. */
const usualFields = (userName: string | undefined): RegExp => {
  const user = userName === undefined ? '' : `|user name "${userName.replace(/\W/g, '\\$&')}"`;
  const fields = `client id "…[^"]*"|clean session 1|keep alive 0|DUP 0|RETAIN 0|return code 0 session present 0${user}`;
  return new RegExp(` (?:${fields})(?= |$)|\\b\\d+ bytes? (?=")`, 'g');
};
