// The broker under attack, in a process of its own. In: its limits as an argument, messages over IPC. Out: where it listens, and what it
// holds. Whatever it fails to catch ends the process, as it would end a broker in use.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startBroker } from '../../reference/broker/index.ts';
import { selfSigned } from '../../reference/transport/sample-certificates.ts';
import type { Holdings, VictimLimits, VictimReport } from './victim.ts';

const limits = JSON.parse(process.argv[2] ?? '{}') as VictimLimits;
const broker = await startBroker({
  ...limits,
  listeners: [
    { kind: 'tcp', port: 0 },
    { kind: 'tls', port: 0, tls: selfSigned },
    { kind: 'ws', port: 0 },
  ],
});

const turns = monitorEventLoopDelay({ resolution: 10 });
turns.enable();

const tell = (report: VictimReport): void => void process.send?.(report);

/** What is held once all garbage is collected; what buffers hold is counted, too. */
function holdings(): Holdings {
  const longestTurnMs = Math.round(turns.max / 1e6);
  for (let round = 0; round < 4; round++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { connections, sessions, retainedMessages } = broker.statistics;
  // Collecting garbage by hand blocks, too: it doesn't count.
  setImmediate(() => turns.reset());
  return { longestTurnMs, bytes: heapUsed + external, residentBytes: rss, connections, sessions, retainedMessages };
}

process.on('message', () => setImmediate(() => tell({ kind: 'holdings', holdings: holdings() })));
process.on('disconnect', () => void broker.stop().then(() => process.exit(0)));

const [tcp, tls, ws] = broker.places.map(({ port }) => port);
tell({ kind: 'listening', ports: { tcp: tcp ?? 0, tls: tls ?? 0, ws: ws ?? 0 } });
