// Pages of docs/ that are made from the sources: options, scenarios, statements. In: the sources. Out: Markdown by file name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { program } from '../../conformance/cli/program.ts';
import { faults } from '../../conformance/faults/all.ts';
import { serverScenarios } from '../../conformance/scenarios/all.ts';
import { catalogue } from '../../conformance/spec/catalogue.ts';
import { disputes } from '../../conformance/spec/readings.ts';
import { settingsTable } from '../../reference/broker/config/settings-table.ts';
import { clientTables } from './client-table.ts';

const made = '<!-- Made by `npm run docs`: change the sources, not this page. -->';
/** In a table a bar ends the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Every made page by its name. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map([
    ['options.md', optionsPage()],
    ['scenarios.md', scenariosPage()],
    ['statements.md', statementsPage()],
    ['readings.md', readingsPage()],
    ['broker.md', brokerPage()],
    ['client.md', clientPage()],
  ]);

function optionsPage(): string {
  const commands = program().commands.filter(({ _hidden = false }: Command & { _hidden?: boolean }) => !_hidden);
  const sections = commands.flatMap((command) => commandSection(command));
  return [
    '# Commands and options',
    '',
    made,
    '',
    'As a package: `npx mqttspec [command]`. In this repository: `npm run conformance -- [options]` for the suite, and',
    '`npx tsx conformance/cli/main.ts [command]` for all of them. Without a command the suite is meant.',
    '',
    ...sections,
  ].join('\n');
}

function commandSection(command: Command, prefix = 'mqttspec'): string[] {
  const name = `${prefix} ${command.name()}`;
  const usage = command.registeredArguments.map((argument) => {
    const text = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  const options = command.options.filter(({ hidden, long }) => !hidden && long !== '--version');
  const rows = options.map(({ flags, description, defaultValue, defaultValueDescription }) => {
    const shown = defaultValueDescription ?? defaultOf(defaultValue);
    return `| \`${cell(flags)}\` | ${cell(description)} | ${cell(shown)} |`;
  });
  return [
    `## ${[name, ...usage].join(' ')}`,
    '',
    command.description(),
    '',
    ...(rows.length === 0 ? [] : ['| option | does | default |', '| --- | --- | --- |', ...rows, '']),
    ...command.commands.flatMap((sub) => commandSection(sub, name)),
  ];
}

function defaultOf(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function scenariosPage(): string {
  const sections = new Map<string, string[]>();
  for (const { section, scenario } of serverScenarios) {
    const rows = sections.get(section) ?? [];
    sections.set(section, rows);
    const { v3, v31 = [] } = scenario.cites;
    rows.push(`| \`${scenario.id}\` | ${cell(scenario.title)} | ${[...v3, ...v31].join(' ')} |`);
  }
  return [
    '# Scenarios',
    '',
    made,
    '',
    `${serverScenarios.length} scenarios. \`--only <id>\` plays one of them alone.`,
    '',
    ...[...sections].flatMap(([section, rows]) => [
      `## ${section}`,
      '',
      '| id | what is judged | statements |',
      '| --- | --- | --- |',
      ...rows.sort(),
      '',
    ]),
  ].join('\n');
}

function statementsPage(): string {
  const rows = catalogue.map(({ id, level, requirement }) => {
    const judges = serverScenarios.filter(({ scenario }) =>
      [...scenario.cites.v3, ...(scenario.cites.v31 ?? [])].some((cited) => cited === id),
    ).length;
    const broken = faults.filter(({ violates }) => violates.some((broke) => broke === id)).length;
    return `| ${id} | ${level} | ${cell(requirement)} | ${judges} | ${broken} |`;
  });
  return [
    '# Statements',
    '',
    made,
    '',
    'Every statement of the catalogue in our own words, how many scenarios judge it, and how many faulty brokers break it on purpose.',
    '`mqttspec explain <number>` names them.',
    '',
    '| statement | level | demand | scenarios | faults |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function readingsPage(): string {
  const sections = disputes.flatMap(({ id, statements, question, readings }) => [
    `## ${id}`,
    '',
    `${question} (${statements.join(', ')})`,
    '',
    '| reading | says | who reads it so |',
    '| --- | --- | --- |',
    ...readings.map(
      ({ name, says, heldBy }, i) => `| \`${name}\`${i === 0 ? ' (default)' : ''} | ${cell(says)} | ${cell(heldBy)} |`,
    ),
    '',
  ]);
  return [
    '# Disputed sentences',
    '',
    made,
    '',
    'Sentences of the standard that can honestly be read in two ways. `--reading <question>=<reading>` chooses; the report says what the',
    'other reading would make of it.',
    '',
    ...sections,
  ].join('\n');
}

/** Written by hand, but for the table of the configuration between its marks. */
function clientPage(): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8');
  return page.replace(
    /(<!-- client options:[^\n]*-->\n).*?(<!-- \/client options -->)/s,
    (_all, from, to) => `${from}\n${clientTables()}\n\n${to}`,
  );
}

function brokerPage(): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/broker.md'), 'utf8');
  return page.replace(
    /(<!-- settings:[^\n]*-->\n).*?(<!-- \/settings -->)/s,
    (_all, from, to) => `${from}\n${settingsTable()}\n\n${to}`,
  );
}
