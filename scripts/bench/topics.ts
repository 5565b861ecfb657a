import type { Row } from './row.ts';
export const topicRows: readonly Row[] = [];
