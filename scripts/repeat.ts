// Runs the suite again and again, every second time with all cores busy, and says whether the verdicts are the same each time.
// repeat.ts [runs] [broker]: without a broker, the reference broker; or one of scripts/brokers.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ConformanceOptions, runConformance } from '../conformance/index.ts';
import { startEmbedded } from '../conformance/target/embedded.ts';
import { type BrokerName, startRealBroker } from './brokers/start.ts';

const [runs = '10', name] = process.argv.slice(2);

/** Keeps every core busy until it is told to stop. */
function busy(): () => Promise<unknown> {
  const workers = Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }));
  return () => Promise.all(workers.map((worker) => worker.terminate()));
}

interface Started extends AsyncDisposable {
  readonly options: Pick<ConformanceOptions, 'target' | 'websocket' | 'forbiddenTopic'>;
}

async function start(): Promise<Started> {
  if (name !== undefined) {
    const broker = await startRealBroker(name as BrokerName);
    return { options: { target: broker.address }, [Symbol.asyncDispose]: () => broker.stop() };
  }
  const { address, hints, [Symbol.asyncDispose]: stop } = await startEmbedded();
  const at = `${address.userName}:${address.password}@127.0.0.1`;
  const websocket = `ws://${at}:${hints.websocket?.port}/mqtt`;
  const { forbiddenTopic = '' } = hints;
  return {
    options: { target: `mqtt://${at}:${address.port}`, websocket, forbiddenTopic },
    [Symbol.asyncDispose]: stop,
  };
}

async function verdicts(): Promise<Map<string, string>> {
  await using broker = await start();
  const report = await runConformance(broker.options);
  return new Map(
    report.scenarios.map(({ id, protocol, verdict, reason }) => [
      `${id} at ${protocol}`,
      verdict === 'inconclusive' ? `${verdict} (${reason ?? ''})` : verdict,
    ]),
  );
}

let first: Map<string, string> | undefined;
let different = 0;
for (let i = 0; i < Number(runs); i++) {
  const stop = i % 2 === 1 ? busy() : undefined;
  const began = performance.now();
  const found = await verdicts();
  await stop?.();
  first ??= found;
  const changed = [...found].filter(([id, verdict]) => first?.get(id)?.split(' ')[0] !== verdict.split(' ')[0]);
  different += changed.length;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(
    `run ${i + 1}${stop === undefined ? '' : ', cores busy'}: ${found.size} results, ${seconds} s, ${changed.length} differ\n`,
  );
  for (const [id, verdict] of changed) process.stdout.write(`  ${id}: ${first.get(id)}, now ${verdict}\n`);
}
const counts = new Map<string, number>();
for (const verdict of first?.values() ?? []) {
  const word = verdict.split(' ')[0] ?? '';
  counts.set(word, (counts.get(word) ?? 0) + 1);
}
process.stdout.write(`run 1: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}\n`);
process.stdout.write(
  different === 0 ? `the same ${first?.size ?? 0} verdicts in ${runs} runs\n` : `${different} verdicts differed\n`,
);
process.exitCode = different === 0 ? 0 : 1;
