// Writes the pages of docs/ that are made from the sources.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './pages.ts';

for (const [name, text] of pages()) {
  writeFileSync(join(import.meta.dirname, '../../docs', name), text);
  process.stdout.write(`docs/${name}\n`);
}
