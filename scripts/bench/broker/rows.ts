// The table: what each row compares, and the ratios that it has to reach against each peer. The forwarder is no peer: it shows what the
// load can measure at most.
import { contenders, type Measure, type Row } from '../row.ts';
import type { Figures, Window } from './load.ts';
import type { LoadName } from './loads.ts';
import { measure } from './measure.ts';
import type { TargetName } from './targets.ts';

interface Shape {
  readonly title: string;
  readonly load: LoadName;
  readonly unit: string;
  readonly value: (figures: Figures) => number;
  /** Whether more is better: the ratio is ours to the peer's, or the peer's to ours. */
  readonly better: 'more' | 'less';
  /** Ratios to reach. */
  readonly atLeast: { readonly mosquitto?: number; readonly aedes: number };
  /** The ratio to mosquitto that is possible. */
  readonly aim: number;
  /** Figure that must not be exceeded, whatever the peers do. */
  readonly atMost?: number;
  /** Whether the forwarder is measured, too. */
  readonly isForwarded?: boolean;
}

const figure =
  (name: string, per = 1): Shape['value'] =>
  (figures) =>
    (figures[name] ?? Number.NaN) / per;

const perSecond = { unit: 'messages/s', value: figure('perSecond'), better: 'more' } as const;
const perSubscription = 100_000;

const shapes: readonly Shape[] = [
  {
    title: 'QoS 0, 1 to 1, 16 B',
    load: 'qos0-16',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 20, aedes: 25 },
    aim: 45,
  },
  {
    title: 'QoS 0, 1 to 1, 1 KiB',
    load: 'qos0-1k',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 6, aedes: 6 },
    aim: 10,
  },
  {
    title: 'QoS 0, 1 to 1, 64 KiB',
    load: 'qos0-64k',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 1.7, aedes: 1.4 },
    aim: 2.2,
  },
  {
    title: 'QoS 0, 16 B, a write for each packet',
    load: 'qos0-single',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 1.8, aedes: 2 },
    aim: 2.2,
  },
  { title: 'QoS 1, 1 to 1, window 20', load: 'qos1', ...perSecond, atLeast: { mosquitto: 3, aedes: 3 }, aim: 4 },
  { title: 'QoS 2, 1 to 1, window 20', load: 'qos2', ...perSecond, atLeast: { mosquitto: 3, aedes: 4.5 }, aim: 4 },
  {
    title: 'QoS 0, 1 to 100',
    load: 'fan-out',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 15, aedes: 40 },
    aim: 25,
  },
  {
    title: 'QoS 0, 100 to 1',
    load: 'fan-in',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 20, aedes: 100 },
    aim: 44,
  },
  {
    title: 'QoS 0, 50 to 50',
    load: 'fifty-qos0',
    isForwarded: true,
    ...perSecond,
    atLeast: { mosquitto: 20, aedes: 90 },
    aim: 55,
  },
  { title: 'QoS 1, 50 to 50', load: 'fifty-qos1', ...perSecond, atLeast: { mosquitto: 4, aedes: 7 }, aim: 7 },
  {
    title: 'paced 5,000/s over 50: CPU',
    load: 'paced',
    unit: 'µs CPU/message',
    value: (figures) => ((figures['cpuMs'] ?? Number.NaN) * 1_000) / (figures['messages'] ?? Number.NaN),
    better: 'less',
    atLeast: { mosquitto: 0.5, aedes: 1.6 },
    aim: 0.6,
  },
  {
    title: 'paced: latency p50',
    load: 'paced',
    unit: 'µs',
    value: figure('p50Ms', 1 / 1_000),
    better: 'less',
    atLeast: { mosquitto: 0.75, aedes: 1.2 },
    aim: 0.9,
  },
  {
    title: 'paced: latency p99',
    load: 'paced',
    unit: 'µs',
    value: figure('p99Ms', 1 / 1_000),
    better: 'less',
    atLeast: { mosquitto: 0.4, aedes: 1.2 },
    aim: 0.5,
  },
  {
    title: '5,000 connections, warm',
    load: 'connections',
    unit: '/s',
    value: figure('warm'),
    better: 'more',
    atLeast: { mosquitto: 0.45, aedes: 3.5 },
    aim: 0.6,
  },
  {
    title: '5,000 connections, first',
    load: 'connections',
    unit: '/s',
    value: figure('first'),
    better: 'more',
    atLeast: { mosquitto: 0.35, aedes: 3 },
    aim: 0.42,
  },
  {
    title: 'memory of an idle connection',
    load: 'idle',
    unit: 'B',
    value: ({ grownBytes = Number.NaN, count = Number.NaN }) => Math.max(0, grownBytes) / count,
    better: 'less',
    atLeast: { aedes: 2.2 },
    aim: 0,
    atMost: 10_240,
  },
  {
    title: '100,000 subscriptions: subscribed',
    load: 'subscriptions',
    unit: '/s',
    value: figure('subscribedPerSecond'),
    better: 'more',
    atLeast: { mosquitto: 1.5, aedes: 4 },
    aim: 2.4,
  },
  {
    // Nobody else asks for a ratio to mosquitto here. It is below 1: a compiled loop over filters, in a process that has just started.
    title: '100,000 subscriptions: subscribed, 100 filters a SUBSCRIBE',
    load: 'subscriptions-in-bulk',
    unit: '/s',
    value: figure('subscribedPerSecond'),
    better: 'more',
    atLeast: { mosquitto: 0.6, aedes: 4 },
    aim: 1,
  },
  {
    title: '100,000 subscriptions: memory of each',
    load: 'subscriptions',
    unit: 'B',
    value: ({ grownBytes = Number.NaN }) => Math.max(0, grownBytes) / perSubscription,
    better: 'less',
    atLeast: { mosquitto: 1.4, aedes: 1.7 },
    aim: 1.8,
  },
  {
    title: '100,000 subscriptions: published',
    load: 'subscriptions',
    ...perSecond,
    atLeast: { mosquitto: 4, aedes: 6 },
    aim: 6,
  },
];

const window: Window = { warmUpMs: 400, measuredMs: 1_500, scale: 1 };
const smokeWindow: Window = { warmUpMs: 10, measuredMs: 100, scale: 0.02 };

const idOf = ({ title }: Shape): string => `broker/${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;

/** A target of its own for each measurement. In a smoke run ours alone: its peers may not be installed. */
const rowOf = (shape: Shape): Row => {
  const { title, load, unit, value, better, atLeast, aim, atMost, isForwarded = false } = shape;
  const of =
    (name: TargetName, during: Window): Measure =>
    async () =>
      value(await measure(name, load, during));
  return {
    id: idOf(shape),
    title,
    unit,
    better,
    rounds: 5,
    comparisons: [
      ...(atLeast.mosquitto === undefined ? [] : [{ against: 'mosquitto', atLeast: atLeast.mosquitto, possible: aim }]),
      { against: 'aedes', atLeast: atLeast.aedes },
    ],
    ...(atMost === undefined ? {} : { bounds: [{ atMost }] }),
    open: ({ smoke }) =>
      smoke
        ? contenders({ ours: of('ours', smokeWindow) })
        : contenders({
            ours: of('ours', window),
            mosquitto: of('mosquitto', window),
            aedes: of('aedes', window),
            ...(isForwarded ? { forwarder: of('forwarder', window) } : {}),
          }),
  };
};

export const brokerRows: readonly Row[] = shapes.map(rowOf);
