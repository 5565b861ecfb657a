// The configuration file. In: a path. Out: settings, checked, with paths that are right from anywhere.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { whyUnreadable } from '../why-unreadable.ts';
import { type ListenerSettings, type Settings, settingsShape } from './settings.ts';
import type { Problem } from './shape.ts';

/** A configuration that cannot be used as it is: a line for each problem, with the key. */
export class ConfigError extends Error {}

/** Reads JSON or YAML. Paths in it are meant from its folder. Throws ConfigError. */
export async function readSettings(path: string): Promise<Settings> {
  return withPathsFrom(dirname(path), checkSettings(parse(await textOf(path), path), path));
}

/** Throws ConfigError that names every key with a problem; `where` is the file. */
export function checkSettings(value: unknown, where: string): Settings {
  const problems: Problem[] = [];
  const settings = settingsShape.read(value ?? {}, '', (problem) => problems.push(problem));
  if (problems.length === 0 && settings !== undefined) return settings;
  throw new ConfigError(problems.map(({ key, text }) => `${where}: ${key === '' ? '' : `${key}: `}${text}`).join('\n'));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read the configuration ${path}: ${whyUnreadable(error)}`, { cause: error });
  }
}

/** JSON is YAML, too. */
function parse(text: string, path: string): unknown {
  const document = parseDocument(text, { lineCounter: new LineCounter(), prettyErrors: true });
  const [error] = document.errors;
  if (error === undefined) return dataOf(document, path);
  const [at] = error.linePos ?? [];
  const where = at === undefined ? path : `${path}, line ${at.line}, column ${at.col}`;
  const [what = ''] = error.message.split(/ at line \d/);
  throw new ConfigError(`${where}: neither JSON nor YAML: ${what}`, { cause: error });
}

/** Aliases that lead nowhere, or to more than a file can mean, are found here. */
function dataOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ConfigError(`${path}: neither JSON nor YAML: ${(error as Error).message}`, { cause: error });
  }
}

function withPathsFrom(folder: string, settings: Settings): Settings {
  const from = <T extends object, K extends keyof T & string>(value: T, keys: readonly K[]): T => {
    const paths = keys.flatMap((key) => (typeof value[key] === 'string' ? [[key, resolve(folder, value[key])]] : []));
    return { ...value, ...Object.fromEntries(paths) };
  };
  const { listeners, access } = settings;
  return {
    ...from(settings, ['data']),
    ...(listeners === undefined
      ? {}
      : { listeners: listeners.map((one) => from<ListenerSettings, keyof ListenerSettings>(one, pathKeys)) }),
    ...(access === undefined ? {} : { access: from(access, ['passwordFile']) }),
  };
}

const pathKeys = [
  'path',
  'certificate',
  'key',
  'clientAuthority',
] as const satisfies readonly (keyof ListenerSettings)[];
