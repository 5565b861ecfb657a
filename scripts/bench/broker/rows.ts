// The table: what each row compares, and the ratios that it has to reach against each peer.
import type { Figures } from './load.ts';
import type { LoadName } from './loads.ts';

export interface Row {
  readonly title: string;
  readonly load: LoadName;
  readonly unit: string;
  readonly value: (figures: Figures) => number;
  /** Whether more is better: the ratio is ours to the peer's, or the peer's to ours. */
  readonly better: 'more' | 'less';
  /** Ratios to reach. */
  readonly atLeast: { readonly mosquitto: number; readonly aedes: number };
  readonly aim: number;
  /** Figure that must not be exceeded, whatever the peers do. */
  readonly atMost?: number;
}

const figure =
  (name: string, per = 1): Row['value'] =>
  (figures) =>
    (figures[name] ?? Number.NaN) / per;

const perSecond = { unit: '/s', value: figure('perSecond'), better: 'more' } as const;
const perSubscription = 100_000;

export const rows: readonly Row[] = [
  { title: 'QoS 0, 1 to 1, 16 B', load: 'qos0-16', ...perSecond, atLeast: { mosquitto: 20, aedes: 25 }, aim: 45 },
  { title: 'QoS 0, 1 to 1, 1 KiB', load: 'qos0-1k', ...perSecond, atLeast: { mosquitto: 6, aedes: 6 }, aim: 10 },
  { title: 'QoS 0, 1 to 1, 64 KiB', load: 'qos0-64k', ...perSecond, atLeast: { mosquitto: 1.7, aedes: 1.4 }, aim: 2.2 },
  {
    title: 'QoS 0, 16 B, a write for each packet',
    load: 'qos0-single',
    ...perSecond,
    atLeast: { mosquitto: 1.8, aedes: 2 },
    aim: 2.2,
  },
  { title: 'QoS 1, 1 to 1, window 20', load: 'qos1', ...perSecond, atLeast: { mosquitto: 3, aedes: 3 }, aim: 4 },
  { title: 'QoS 2, 1 to 1, window 20', load: 'qos2', ...perSecond, atLeast: { mosquitto: 3, aedes: 4.5 }, aim: 4 },
  { title: 'QoS 0, 1 to 100', load: 'fan-out', ...perSecond, atLeast: { mosquitto: 15, aedes: 40 }, aim: 25 },
  { title: 'QoS 0, 100 to 1', load: 'fan-in', ...perSecond, atLeast: { mosquitto: 20, aedes: 100 }, aim: 44 },
  { title: 'QoS 0, 50 to 50', load: 'fifty-qos0', ...perSecond, atLeast: { mosquitto: 20, aedes: 90 }, aim: 55 },
  { title: 'QoS 1, 50 to 50', load: 'fifty-qos1', ...perSecond, atLeast: { mosquitto: 4, aedes: 7 }, aim: 7 },
  {
    title: 'paced 5,000/s over 50: CPU',
    load: 'paced',
    unit: 'µs/message',
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
    unit: 'bytes',
    value: figure('grownBytes', 5_000),
    better: 'less',
    atLeast: { mosquitto: 0, aedes: 2.2 },
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
    title: '100,000 subscriptions: memory of each',
    load: 'subscriptions',
    unit: 'bytes',
    value: figure('grownBytes', perSubscription),
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
