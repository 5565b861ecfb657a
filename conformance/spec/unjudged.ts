// Statements that no scenario against a broker can judge, and why.
import type { AnyStatementId, Statement } from './catalogue.ts';

/** Rows of the list of differences that tell of no behaviour of their own. */
const reasons: Partial<Record<AnyStatementId, string>> = {};

/** Why a statement has no scenario; undefined if it ought to have one. */
export function reasonUnjudged({ id, actor, observable, note }: Statement): string | undefined {
  const reason = reasons[id];
  if (reason !== undefined) return reason;
  if (observable === 'none') return `not observable from outside: ${note ?? ''}`;
  if (actor === 'client' || observable === 'wire-client') return 'binds clients: judged by client conformance';
  if (observable === 'restart') return 'needs commands that start and stop the target';
  return undefined;
}
