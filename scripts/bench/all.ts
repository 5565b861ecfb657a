// Every row, in the order of the table. A group is a file that exports its rows.
import { brokerRows } from './broker/rows.ts';
import { moreClientRows } from './client/more-rows.ts';
import { clientRows } from './client/rows.ts';
import { codecRows } from './codec.ts';
import { durableRows } from './durable.ts';
import type { Row } from './row.ts';
import { topicRows } from './topics.ts';

export const allRows: readonly Row[] = [
  ...codecRows,
  ...topicRows,
  ...brokerRows,
  ...clientRows,
  ...moreClientRows,
  ...durableRows,
];
