// A saved report as the events of its run, in an order in which they could have come: for any reporter. In: a report. Out: events.
import type { RunEvent } from './events.ts';
import type { Report } from './report.ts';

export function eventsOf(report: Report): RunEvent[] {
  const { run, target, scenarios } = report;
  const { runId, tool, seed, address, options, startedAt, machine } = run;
  const header = { runId, tool, seed, address, options, startedAt, ...(machine === undefined ? {} : { machine }) };
  return [
    { type: 'run:start', header, planned: scenarios.length },
    ...(target === null ? [] : [{ type: 'target:known', target } as const]),
    ...scenarios.flatMap((result): RunEvent[] => {
      const { id, title, section, protocol } = result;
      return [
        { type: 'scenario:start', id, title, section, protocol },
        { type: 'scenario:end', result },
      ];
    }),
    { type: 'run:end', report },
  ];
}
