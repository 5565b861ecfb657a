// Permissions have changed: what waits and may not be delivered any more is given up. In: sessions. Out: the same with shorter queues.
import type { BrokerCore } from './broker-core.ts';
import type { Session } from './session.ts';

/** So many messages are looked at between others' work. */
const mostAtOnce = 10_000;

export function giveUpForbidden(core: Pick<BrokerCore, 'router' | 'later'>, sessions: Iterator<Session>): void {
  let looked = 0;
  for (let next = sessions.next(); next.done !== true; next = sessions.next()) {
    looked += next.value.sender.queued;
    core.router.dropForbidden(next.value, { inFlight: false });
    if (looked > mostAtOnce) return core.later(0, () => giveUpForbidden(core, sessions));
  }
}
