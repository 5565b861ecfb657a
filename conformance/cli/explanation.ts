// What `mqttspec explain` says. In: what is asked for. Out: lines: a statement with its readings, scenarios and faults, or a section.
import { faults } from '../faults/all.ts';
import { invariants } from '../invariants/all.ts';
import type { Style } from '../reporters/style.ts';
import { count, wrap } from '../reporters/text.ts';
import { serverScenarios } from '../scenarios/all.ts';
import { catalogue, type Statement } from '../spec/catalogue.ts';
import { nearestTo } from '../spec/near.ts';
import { type Dispute, disputes } from '../spec/readings.ts';
import { reasonUnjudged } from '../spec/unjudged.ts';
import { knownToBreak } from './known-deviations.ts';

/** Nothing has this number. The message suggests near ones. */
export class Unexplained extends Error {}

/** Explains a statement (`MQTT-3.3.5-1`, `3.3.5-1`), or the statements of a section (`MQTT-3.3`, `3.3.5`). Throws Unexplained. */
export function explain(asked: string, style: Style): string[] {
  const sought = asked.trim().toLowerCase();
  const found = catalogue.find(({ id }) => id.toLowerCase() === sought || id.toLowerCase() === `mqtt-${sought}`);
  if (found !== undefined) return statementLines(found, style);
  const section = sought.replace(/^mqtt-/, '');
  const inside = catalogue.filter((one) => one.section === section || one.section.startsWith(`${section}.`));
  if (inside.length > 0) return sectionLines(section, inside, style);
  throw new Unexplained(`nothing in the catalogue is called ${asked.trim()}${suggestion(sought)}`);
}

function suggestion(sought: string): string {
  const sections = new Set(catalogue.filter(({ standard }) => standard === '3.1.1').map(({ section }) => section));
  const ids = catalogue.map(({ id }) => id);
  const full = /^\d+(\.\d+)+-\w+$/.test(sought) ? `mqtt-${sought}` : sought;
  const near = nearestTo(full, [...ids, ...sections]);
  return near.length === 0
    ? ': give a number such as MQTT-3.3.5-1, or a section such as 3.3'
    : `: did you mean ${near.join(', ')}?`;
}

function sectionLines(section: string, inside: readonly Statement[], style: Style): string[] {
  const { columns } = style;
  const heading = style.bold(`Section ${section}: ${count(inside.length, 'statement')}`);
  const parts = inside.map((one, i) => {
    const title = one.section === inside[i - 1]?.section ? [] : ['', style.bold(`${one.section} ${one.title}`)];
    return [...title, ...wrap(`${one.level}: ${one.requirement}`, { columns, first: `  ${one.id}  `, next: '    ' })];
  });
  return [heading, ...parts.flat(), '', 'mqttspec explain <number> tells more of one.'];
}

function statementLines(statement: Statement, style: Style): string[] {
  const { id, level, standard, section, title, actor, requirement, note } = statement;
  const whom = actor === 'both' ? 'server and client' : `the ${actor}`;
  const { columns } = style;
  const text = (line: string): string[] => wrap(line, { columns, first: '  ' });
  return [
    style.bold(`${id}  ${level}`),
    ...wrap(`MQTT ${standard}, section ${section} ${title}; binds ${whom}`, { columns, first: '' }).map((line) =>
      style.dim(line),
    ),
    '',
    ...text(requirement),
    ...(note === undefined ? [] : ['', ...part('Note', text(note), style)]),
    ...disputes
      .filter((one: Dispute) => one.statements.some((own) => own === id))
      .flatMap((one) => readingLines(one, style)),
    '',
    ...part('Scenarios that judge it', scenarioLines(statement, style), style),
    '',
    ...part('Faulty brokers that prove them', faultLines(id, style), style),
    '',
    ...part('Brokers known to break it', brokerLines(id, style), style),
  ];
}

const part = (heading: string, lines: readonly string[], style: Style): string[] => [style.bold(heading), ...lines];

function readingLines({ id, question, readings }: Dispute, style: Style): string[] {
  const { columns } = style;
  const lines = readings.flatMap(({ name, says, heldBy }, i) =>
    wrap(`${name}${i === 0 ? ' (taken by default)' : ''}: ${says}. Held by: ${heldBy}.`, { columns, first: '  - ' }),
  );
  const choose = `  --reading ${id}=${readings[1].name} chooses the other.`;
  return ['', ...part('Readings', [...wrap(question, { columns, first: '  ' }), ...lines, choose], style)];
}

function scenarioLines(statement: Statement, style: Style): string[] {
  const { columns } = style;
  const { id } = statement;
  const cites = (ids: readonly string[]): boolean => ids.includes(id);
  const judging = [
    ...serverScenarios
      .filter(({ scenario: { cites: own } }) => cites(own.v3) || cites(own.v31 ?? []))
      .map(({ scenario }) => scenario),
    ...invariants.filter((one) => cites(one.cites)),
  ];
  if (judging.length === 0) {
    return wrap(`none: ${reasonUnjudged(statement) ?? 'nobody has written one'}`, { columns, first: '  ' });
  }
  return judging.flatMap(({ id: name, title }) => wrap(`${name}: ${title}`, { columns, first: '  - ' }));
}

function faultLines(id: string, style: Style): string[] {
  const { columns } = style;
  const proving = faults.filter(({ violates }) => violates.some((own) => own === id));
  if (proving.length === 0) return ['  none'];
  return proving.flatMap(({ name, title }) => wrap(`${name}: ${title}`, { columns, first: '  - ' }));
}

function brokerLines(id: string, style: Style): string[] {
  const { columns } = style;
  const known = knownToBreak(id);
  if (known.length === 0) return ['  none of those that were judged'];
  return known.flatMap(({ broker, scenarios, reason }) => {
    const seen = scenarios.length === 0 ? '' : ` (${count(scenarios.length, 'scenario')})`;
    return wrap(`${broker}${seen}${reason === undefined ? '' : `: ${reason}`}`, { columns, first: '  - ' });
  });
}
