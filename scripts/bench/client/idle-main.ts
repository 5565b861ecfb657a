// Holds idle clients of one kind, in a process of its own, and tells what memory each takes.
import { type ContenderName, openContender } from './contenders.ts';

const [name, port, count] = process.argv.slice(2);
const clients = Number(count);

async function settled(): Promise<{ heap: number; rss: number }> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await new Promise((next) => setTimeout(next, 50));
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}

async function open(amount: number): Promise<void> {
  const held = [];
  for (let i = 0; i < amount; i += 50) {
    held.push(
      ...(await Promise.all(Array.from({ length: 50 }, () => openContender(name as ContenderName, Number(port))))),
    );
  }
  all.push(...held);
}

const all: unknown[] = [];
// What is made once is not counted.
await open(100);
const before = await settled();
await open(clients);
const after = await settled();
process.send?.({ heap: (after.heap - before.heap) / clients, rss: (after.rss - before.rss) / clients });
process.exit(all.length > 0 ? 0 : 1);
