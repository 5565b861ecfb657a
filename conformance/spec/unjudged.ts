// Statements that no scenario against a broker judges, and why.
import type { AnyStatementId, Statement } from './catalogue.ts';

const sameAsLater = 'the same in both texts: judged at level 3 by the scenarios of 3.1.1 that are played there';
const notRegulated = 'the text of 3.1 regulates nothing that could be judged';
const avoided = 'both texts differ: the tester avoids it at level 3';

const reasons: Partial<Record<AnyStatementId, string>> = {
  'SHOULD-5.1-a': 'tells of a port number: guidance that no exchange can break',
  'MQTT31-02': 'an unofficial mark of bridges, in neither text',
  'MQTT31-04': notRegulated,
  'MQTT31-05': notRegulated,
  'MQTT31-08': sameAsLater,
  'MQTT31-12': notRegulated,
  'MQTT31-13': avoided,
  'MQTT31-14': notRegulated,
  'MQTT31-15': 'the byte is not used at level 3: its value is ignored',
  'MQTT31-16': sameAsLater,
  'MQTT31-17': avoided,
  'MQTT31-18': sameAsLater,
  'MQTT31-20': sameAsLater,
  'MQTT31-21': 'binds clients: judged by client conformance',
  'MQTT31-26': notRegulated,
  'MQTT31-34': notRegulated,
  'MQTT31-35': avoided,
  'MQTT31-37': notRegulated,
  'MQTT31-41': sameAsLater,
  'MQTT31-42': notRegulated,
  'MQTT31-43': notRegulated,
  'MQTT31-44': notRegulated,
  'MQTT31-45': 'tells of words alone',
};

/** Why a statement has no scenario; undefined if it ought to have one. */
export function reasonUnjudged({ id, actor, observable, note }: Statement): string | undefined {
  const reason = reasons[id];
  if (reason !== undefined) return reason;
  if (observable === 'none') return `not observable from outside: ${note ?? ''}`;
  if (actor === 'client' || observable === 'wire-client') return 'binds clients: judged by client conformance';
  return undefined;
}
