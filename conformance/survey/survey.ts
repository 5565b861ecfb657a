// Judges one broker after the other. In: a plan. Out: a column for each, also for one that did not start.
import type { Column } from '../comparison/matrix.ts';
import { runConformance } from '../index.ts';
import type { RunEvent } from '../verdict/events.ts';
import type { SurveyBroker, SurveyPlan } from './plan.ts';
import { startBrokerOf } from './started-broker.ts';

export interface SurveyOptions {
  readonly signal: AbortSignal;
  /** Plays only these scenarios; everything unless told otherwise. */
  readonly only?: readonly string[];
  readonly onEvent?: (broker: SurveyBroker, event: RunEvent) => void;
  /** As soon as a broker is done with: what was measured outlives a later one that takes all the time there is. */
  readonly onColumn?: (column: Column) => void;
}

/** One broker at a time, so that none is slowed by another. */
export async function survey({ brokers }: SurveyPlan, options: SurveyOptions): Promise<readonly Column[]> {
  const columns: Column[] = [];
  for (const broker of brokers) {
    if (options.signal.aborted) break;
    const column = await columnOf(broker, options);
    options.onColumn?.(column);
    columns.push(column);
  }
  return columns;
}

async function columnOf(broker: SurveyBroker, { signal, only, onEvent }: SurveyOptions): Promise<Column> {
  const { name } = broker;
  try {
    await using started = await startBrokerOf(broker);
    const report = await runConformance({
      target: started.address,
      signal,
      ...(only === undefined ? {} : { only }),
      onEvent: (event) => onEvent?.(broker, event),
    });
    const { version } = started;
    if (version === undefined || report.target === null) return { name, report };
    return { name, report: { ...report, target: { ...report.target, version } } };
  } catch (error) {
    return { name, reason: `did not start: ${(error as Error).message}` };
  }
}
