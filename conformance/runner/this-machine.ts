// Where the suite runs. In: nothing. Out: what times depend on, and nothing that tells whose machine it is.
import { availableParallelism } from 'node:os';
import type { Machine } from '../verdict/report.ts';

export const thisMachine = (): Machine => ({
  node: process.version,
  system: `${process.platform} ${process.arch}`,
  processors: availableParallelism(),
});
