// The version of the package, read from its package.json: beside the sources, or beside `dist`.
import { readFileSync } from 'node:fs';

function read(url: URL): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string };
    return name === 'mqttspec' ? version : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export const version: string =
  read(new URL('../../package.json', import.meta.url)) ??
  read(new URL('../../../package.json', import.meta.url)) ??
  'unknown';
