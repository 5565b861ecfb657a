// Topic rows: matching, and what subscriptions cost, side by side with qlobber.
import { createRequire } from 'node:module';
import { RouteCache } from '../../reference/topics/route-cache.ts';
import { SubscriptionTree } from '../../reference/topics/subscription-tree.ts';
import { type Comparison, contenders, perCpuSecond, type Row, type RowOptions } from './row.ts';
import { filters, names } from './topic-samples.ts';

const roundMs = ({ smoke }: RowOptions): number => (smoke ? 2 : 200);
const topicCount = ({ smoke }: RowOptions): number => (smoke ? 200 : 20_000);
const filterCount = (count: number, { smoke }: RowOptions): number => (smoke ? 1_000 : count);

type Tree = SubscriptionTree<number, number>;

/** qlobber as MQTT needs it, with a value for each filter. */
interface Qlobber {
  add(filter: string, value: number): void;
  remove(filter: string, value: number): void;
  match(topic: string): number[];
}

const { Qlobber } = createRequire(import.meta.url)('qlobber') as { Qlobber: new (options: object) => Qlobber };
const newQlobber = (): Qlobber =>
  new Qlobber({ separator: '/', wildcard_one: '+', wildcard_some: '#', match_empty_levels: true });

function filled<T extends { add(filter: string, ...rest: number[]): void }>(tree: T, all: readonly string[]): T {
  for (const [i, filter] of all.entries()) tree.add(filter, i, i);
  return tree;
}

/** All values as an array, which is what qlobber gives. */
function found(tree: Tree, name: string): number[] {
  const values: number[] = [];
  tree.match(name, (value) => values.push(value));
  return values;
}

/** Matches all names over and over; both have to find as much. */
function matching(all: readonly string[], match: (name: string) => readonly number[], options: RowOptions) {
  const expected = all.reduce((sum, name) => sum + match(name).length, 0);
  return () => {
    let values = 0;
    let rounds = 0;
    const perSecond = perCpuSecond(
      () => {
        rounds++;
        for (const name of all) values += match(name).length;
      },
      { forMs: roundMs(options) },
    );
    if (values !== rounds * expected) throw new Error(`${values} values found in place of ${rounds * expected}`);
    return perSecond * all.length;
  };
}

function matchRow(count: number, title: string, cached: boolean, compared: Omit<Comparison, 'against'>): Row {
  return {
    id: `topics/match-${title.replaceAll(',', '')}${cached ? '-cached' : ''}`,
    title: `match, ${title} filters, 20,000 topics, ${cached ? 'with' : 'without'} a cache of results`,
    unit: 'topics/s',
    better: 'more',
    comparisons: [{ against: 'qlobber', ...compared }],
    open(options) {
      const wanted = filterCount(count, options);
      const all = filters(wanted);
      const asked = names(topicCount(options), wanted);
      const tree: Tree = filled(new SubscriptionTree(), all);
      const cache = new RouteCache({ find: (name) => found(tree, name) });
      const theirs = filled(newQlobber(), all);
      return contenders({
        ours: matching(asked, cached ? (name) => cache.of(name) : (name) => found(tree, name), options),
        qlobber: matching(asked, (name) => theirs.match(name), options),
      });
    },
  };
}

const flatRow: Row = {
  id: 'topics/match-flat',
  title: 'match, time with 1,000,000 filters against 1,000, 1,000 topics each',
  unit: 'ns/topic',
  better: 'less',
  comparisons: [],
  bounds: [{ of: 'growth', atMost: 3 }],
  open(options) {
    const measured = (count: number) => {
      const all = filters(filterCount(count, options));
      const tree: Tree = filled(new SubscriptionTree(), all);
      const perSecond = matching(names(1_000, all.length), (name) => found(tree, name), options);
      return () => 1e9 / perSecond();
    };
    const [few, many] = [measured(1_000), measured(1_000_000)];
    return contenders({ ours: many, 'with 1,000 filters': few, growth: () => many() / few() });
  },
};

/** Each step a filter comes and another goes, then some names are matched. */
const churnRow: Row = {
  id: 'topics/match-while-changing',
  title: 'match 10 topics for each subscription that comes and each that goes, 100,000 filters',
  unit: 'steps/s',
  better: 'more',
  comparisons: [{ against: 'qlobber', atLeast: 2, possible: 2.6 }],
  open(options) {
    const wanted = filterCount(100_000, options);
    const all = filters(wanted * 2);
    const held = all.slice(0, wanted);
    const asked = names(topicCount(options), wanted);
    const tree: Tree = filled(new SubscriptionTree(), held);
    const cache = new RouteCache({ find: (name) => found(tree, name) });
    const theirs = filled(newQlobber(), held);
    const steps = (change: (comes: number, goes: number) => void, match: (name: string) => readonly number[]) => {
      let at = 0;
      let values = 0;
      return () => {
        const step = (): void => {
          change((at + wanted) % all.length, at % all.length);
          for (let i = 0; i < 10; i++) values += match(asked[(at * 10 + i) % asked.length] as string).length;
          at++;
        };
        const hundred = (): void => {
          for (let i = 0; i < 100; i++) step();
        };
        const perSecond = perCpuSecond(hundred, { forMs: roundMs(options) }) * 100;
        if (values === 0) throw new Error('nothing was found in all steps');
        return perSecond;
      };
    };
    return contenders({
      ours: steps(
        (comes, goes) => {
          tree.add(all[comes] as string, comes, comes);
          cache.changed(all[comes] as string);
          tree.remove(all[goes] as string, goes);
          cache.changed(all[goes] as string);
        },
        (name) => cache.of(name),
      ),
      'ours without a cache': steps(
        (comes, goes) => {
          tree.add(all[comes] as string, comes, comes);
          tree.remove(all[goes] as string, goes);
        },
        (name) => found(tree, name),
      ),
      qlobber: steps(
        (comes, goes) => {
          theirs.add(all[comes] as string, comes);
          theirs.remove(all[goes] as string, goes);
        },
        (name) => theirs.match(name),
      ),
    });
  },
};

const bytesInUse = (): number => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

function memoryRow(count: number, title: string): Row {
  return {
    id: `topics/memory-${title.replaceAll(',', '')}`,
    title: `memory per subscription, ${title} filters`,
    unit: 'B',
    better: 'less',
    comparisons: [{ against: 'qlobber', atLeast: 2.6, possible: 3.4 }],
    bounds: [{ atMost: 160 }],
    rounds: 5,
    open(options) {
      const all = filters(filterCount(count, options));
      const measured = (make: () => object) => () => {
        const before = bytesInUse();
        const tree = make();
        const used = bytesInUse() - before;
        return Math.max(used, 0) / all.length + (tree === undefined ? 1 : 0);
      };
      return contenders({
        ours: measured(() => filled(new SubscriptionTree<number, number>(), all)),
        qlobber: measured(() => filled(newQlobber(), all)),
      });
    },
  };
}

interface Changed {
  add(filter: string, number: number): void;
  remove(filter: string, number: number): void;
}

function changeRow(id: 'adding' | 'removing', compared: Omit<Comparison, 'against'>): Row {
  return {
    id: `topics/${id}`,
    title: `${id} 100,000 subscriptions`,
    unit: 'subscriptions/s',
    better: 'more',
    comparisons: [{ against: 'qlobber', ...compared }],
    open(options) {
      const all = filters(filterCount(100_000, options));
      const measured = (make: () => Changed) => () => {
        globalThis.gc?.();
        const changed = make();
        const add = (): void => {
          for (let i = 0; i < all.length; i++) changed.add(all[i] as string, i);
        };
        const remove = (): void => {
          for (let i = 0; i < all.length; i++) changed.remove(all[i] as string, i);
        };
        if (id === 'removing') add();
        return perCpuSecond(id === 'adding' ? add : remove, { forMs: 0 }) * all.length;
      };
      const ours = (): Changed => {
        const tree: Tree = new SubscriptionTree();
        return {
          add: (filter, number) => tree.add(filter, number, number),
          remove: (filter, number) => tree.remove(filter, number),
        };
      };
      // Some tree lives all the time, as in a broker: without any, the collector would throw away compiled code too.
      const alive = [ours(), newQlobber()];
      return contenders({ ours: measured(ours), qlobber: measured(newQlobber) }, async () => {
        alive.length = 0;
      });
    },
  };
}

export const topicRows: readonly Row[] = [
  matchRow(100_000, '100,000', false, { atLeast: 2, possible: 2.5 }),
  matchRow(100_000, '100,000', true, { atLeast: 8, possible: 20 }),
  matchRow(1_000_000, '1,000,000', false, { atLeast: 1.5, possible: 1.8 }),
  matchRow(1_000_000, '1,000,000', true, { atLeast: 8, possible: 30 }),
  flatRow,
  churnRow,
  memoryRow(100_000, '100,000'),
  memoryRow(1_000_000, '1,000,000'),
  changeRow('adding', { atLeast: 1.5, possible: 2.1 }),
  changeRow('removing', { atLeast: 1.8, possible: 2.1 }),
];
