// A client that begins and ends its session. It holds Session Present of each CONNACK against what the last one has told.
import type { Actor, Round } from './actor.ts';
import { Peer } from './peer.ts';

export class SessionChanger implements Actor {
  /** undefined: a CONNECT was not answered when the broker was killed. */
  #hasSession: boolean | undefined = false;

  async play({ port, isLast, random, violated }: Round): Promise<void> {
    while (random() < 0.98) {
      const cleanSession = random() < 0.4;
      const had = this.#hasSession;
      this.#hasSession = undefined;
      const peer = await Peer.connect({ port, clientId: 'session changer', cleanSession });
      this.#hasSession = !cleanSession;
      if (!cleanSession && had === true && !peer.sessionPresent) violated('a session is gone that CONNACK has told of');
      if (!cleanSession && had === false && peer.sessionPresent) violated('a session is back that was ended');
      await peer.disconnect();
      if (isLast) return;
    }
  }
}
