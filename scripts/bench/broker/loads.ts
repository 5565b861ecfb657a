// The loads by name: what the rows of the table send.
import { acknowledged } from './acknowledged.ts';
import { connections, idle, manySubscriptions } from './crowds.ts';
import { flood, singleWrites } from './floods.ts';
import type { Load } from './load.ts';
import { paced } from './paced.ts';

const batchBytes = 65_536;
const smallBatchBytes = 16_384;

export const loads = {
  'qos0-16': flood({ publishers: 1, subscribers: 1, payloadBytes: 16, batchBytes }),
  'qos0-1k': flood({ publishers: 1, subscribers: 1, payloadBytes: 1_024, batchBytes }),
  'qos0-64k': flood({ publishers: 1, subscribers: 1, payloadBytes: 65_536, batchBytes: 262_144 }),
  'qos0-single': singleWrites,
  qos1: acknowledged({ pairs: 1, qos: 1, window: 20 }),
  qos2: acknowledged({ pairs: 1, qos: 2, window: 20 }),
  'fan-out': flood({ publishers: 1, subscribers: 100, payloadBytes: 16, batchBytes: smallBatchBytes }),
  'fan-in': flood({ publishers: 100, subscribers: 1, payloadBytes: 16, batchBytes: smallBatchBytes }),
  'fifty-qos0': flood({
    publishers: 50,
    subscribers: 50,
    payloadBytes: 16,
    batchBytes: smallBatchBytes,
    distinct: true,
  }),
  'fifty-qos1': acknowledged({ pairs: 50, qos: 1, window: 20 }),
  'stored-qos1': acknowledged({ pairs: 1, qos: 1, window: 20, stored: true }),
  'stored-fifty-qos1': acknowledged({ pairs: 50, qos: 1, window: 20, stored: true }),
  paced: paced({ connections: 50, perSecond: 5_000 }),
  connections: connections(5_000),
  idle: idle(5_000),
  subscriptions: manySubscriptions({ clients: 100, filtersEach: 1_000, filtersPerPacket: 1 }),
  'subscriptions-in-bulk': manySubscriptions({ clients: 100, filtersEach: 1_000, filtersPerPacket: 100 }),
} as const satisfies Readonly<Record<string, Load>>;

export type LoadName = keyof typeof loads;
