// TAP, JUnit, spec and dot by Node's own reporters. In: events of a run. Out: their text.
import { PassThrough } from 'node:stream';
import { dot, junit, spec, type TestEvent, tap } from 'node:test/reporters';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, RunEvent } from '../verdict/events.ts';
import {
  endEvents,
  type NodeTestEvent,
  reportEvents,
  runEvents,
  type StreamOptions,
  scenarioEvents,
} from './node-events.ts';
import type { Output } from './output.ts';

export type NodeReporterName = 'tap' | 'junit' | 'spec' | 'dot';

export interface NodeReporterOptions extends StreamOptions {
  readonly name: NodeReporterName;
  readonly output: Output;
  /** Node colours by the terminal of its own output, wherever ours goes. */
  readonly colours?: boolean;
}

/** A reporter that speaks Node's event stream: a suite for each section, at the end of the run; `dot` shows scenarios as they end. */
export function nodeReporter({ name, output, colours = false, ...options }: NodeReporterOptions): Reporter {
  const events = new PassThrough({ objectMode: true });
  const emit = (list: readonly NodeTestEvent[]): void => {
    for (const event of list) events.write(event);
  };
  const written = writeAll(textOf(name, events), (text) => {
    output.write(colours ? text : stripVTControlCharacters(text));
  });
  // A rejection is told by `end`.
  written.catch(() => {});
  let played = 0;
  return {
    receive(event: RunEvent): void {
      if (name !== 'dot') {
        if (event.type === 'run:end') emit(reportEvents(event.report, options));
      } else if (event.type === 'scenario:end') {
        emit(scenarioEvents(event.result, { nesting: 0, testNumber: ++played }, options));
      } else if (event.type === 'run:end') {
        emit([...runEvents(event.report, played + 1), ...endEvents(event.report, played)]);
      }
    },
    async end(): Promise<void> {
      events.end();
      await written;
      await output.done();
    },
  };
}

/** Node types the source as a generator and iterates over it alone. */
type Source = AsyncGenerator<TestEvent, void>;

function textOf(name: NodeReporterName, events: PassThrough): AsyncIterable<string | Buffer> {
  const source = events as AsyncIterable<TestEvent> as Source;
  switch (name) {
    case 'tap':
      return tap(source);
    case 'junit':
      return junit(source);
    case 'dot':
      return dot(source);
    case 'spec':
      return events.pipe(new spec());
  }
}

async function writeAll(text: AsyncIterable<string | Buffer>, write: (text: string) => void): Promise<void> {
  for await (const part of text) write(part.toString());
}
