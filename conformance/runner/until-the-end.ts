// Events up to the end of a run. In: who is told. Out: who is told nothing behind `run:end`.
import type { RunEvent } from '../verdict/events.ts';

/** What is still being played when a run is interrupted may end after it. */
export function untilTheEnd(emit: (event: RunEvent) => void): (event: RunEvent) => void {
  let over = false;
  return (event) => {
    if (!over) emit(event);
    over ||= event.type === 'run:end';
  };
}
