// What all loads share: a measured window behind a warm-up, and peers by the dozen.
import { Peer } from './peer.ts';

export interface Window {
  readonly warmUpMs: number;
  readonly measuredMs: number;
  /** What counts of connections and subscriptions are multiplied by: less than 1 where it shall go quickly. */
  readonly scale: number;
}

/** Names of figures with their values: `perSecond`, `p99Ms` … */
export type Figures = Readonly<Record<string, number>>;

export type Load = (port: number, window: Window) => Promise<Figures>;

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const peers = (
  port: number,
  count: number,
  name: string,
  session: { readonly cleanSession?: boolean } = {},
): Promise<readonly Peer[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => Peer.connect(port, `${name}-${i}`, session)));

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How fast a count grows in the measured window; the runner looks at what the target uses meanwhile. */
export async function rateOf(
  count: () => number,
  { warmUpMs, measuredMs }: Window,
  { isMarked = true }: { readonly isMarked?: boolean } = {},
): Promise<number> {
  await sleep(warmUpMs);
  if (isMarked) process.send?.('measuring');
  const [startedAt, before] = [performance.now(), count()];
  await sleep(measuredMs);
  if (isMarked) process.send?.('measured');
  return ((count() - before) * 1_000) / (performance.now() - startedAt);
}

/** The load looks for answers at each turn and never sleeps: to wake it up would cost more than a window of messages. */
export function stayAwake(): Disposable {
  let isAwake = true;
  const look = (): void => void (isAwake && setImmediate(look));
  look();
  return {
    [Symbol.dispose]: () => {
      isAwake = false;
    },
  };
}
