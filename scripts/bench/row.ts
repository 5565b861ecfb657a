// What a benchmark is made of. A row is a file's declaration; opening it gives contenders that are measured round by round.

/** How ours has to stand to one of the others: ratios above 1 say that ours is better, whichever way the unit counts. */
export interface Comparison {
  readonly against: string;
  /** The ratio that has to be held. */
  readonly atLeast: number;
  /** The ratio that is possible. */
  readonly possible?: number;
}

/** A figure that one contender (ours, unless told otherwise) must not exceed or fall short of, in the row's unit. */
export interface Bound {
  readonly of?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly possible?: number;
}

export interface RowOptions {
  /** Seconds matter more than figures: the least work that shows that the row runs. */
  readonly smoke: boolean;
}

/** Does the work once and resolves to the figure, in the row's unit. */
export type Measure = () => number | Promise<number>;

export interface OpenRow extends AsyncDisposable {
  /** Measured in turn in every round; a name of `comparisons`, or `ours`. */
  readonly contenders: Readonly<Record<string, Measure>> & { readonly ours: Measure };
}

export interface Row {
  /** Group and name, e.g. `codec/parse-one`: what the command line selects by. */
  readonly id: string;
  readonly title: string;
  /** E.g. `packets/s`, `B`, `µs`. */
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly comparisons: readonly Comparison[];
  readonly bounds?: readonly Bound[];
  /** Rounds of this row where the usual number would take too long. At least 5 count as evidence. */
  readonly rounds?: number;
  open(options: RowOptions): OpenRow | Promise<OpenRow>;
}

const nothingToClose = async (): Promise<void> => {};

/** An open row that holds nothing that has to be closed. */
export const contenders = (measures: OpenRow['contenders'], close: () => Promise<void> = nothingToClose): OpenRow => ({
  contenders: measures,
  [Symbol.asyncDispose]: close,
});

/** CPU time of this process in milliseconds: what else runs on the machine disturbs it less than a clock. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Repeats work until about `forMs` of CPU time have passed; how often per second of CPU time. For rows that never wait. */
export function perCpuSecond(work: () => void, { forMs }: { readonly forMs: number }): number {
  const began = cpuMs();
  let done = 0;
  let passed = 0;
  do {
    work();
    done++;
    passed = cpuMs() - began;
  } while (passed < forMs);
  return (done * 1_000) / passed;
}
