// The documentation's tables of the client's options. In: the docstrings of its options. Out: Markdown.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const client = join(import.meta.dirname, '../../reference/client');

/** A row for each option of an interface, with what its docstring says. Throws where one has none. */
function optionRows(file: string, name: string): string[] {
  const source = readFileSync(join(client, file), 'utf8');
  const [, body] = new RegExp(`export interface ${name}[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(source) ?? [];
  if (body === undefined) throw new Error(`${file} has no interface ${name}`);
  const options = [...body.matchAll(/(\/\*\*(.*?)\*\/\s*)?readonly (\w+)\??: ([^;]+);/gs)];
  return options.map(([, , docstring, option, type]) => {
    if (docstring === undefined) throw new Error(`${file}: ${name}.${option} has no docstring`);
    const does = docstring.replaceAll(/\s*\n\s*\*\s*/g, ' ').trim();
    return `| \`${option}\` | \`${type?.replaceAll('|', '\\|')}\` | ${does.replaceAll('|', '\\|')} |`;
  });
}

export function clientTables(): string {
  const table = (file: string, name: string): string =>
    ['| option | type | does |', '| --- | --- | --- |', ...optionRows(file, name)].join('\n');
  return [
    table('options.ts', 'ClientOptions'),
    '`will`:',
    table('options.ts', 'WillOptions'),
    '`reconnect`:',
    table('core/reconnect-plan.ts', 'ReconnectOptions'),
  ].join('\n\n');
}
