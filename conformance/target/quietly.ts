// Clients that judge nothing: for probing, watching over a run and cleaning up. Their traces are thrown away.
import type { Connect } from '../../reference/codec/packet.ts';
import { Connection } from '../wire/connection.ts';
import { Patience } from '../wire/patience.ts';
import type { Leftovers } from '../wire/play/leftovers.ts';
import type { Names } from '../wire/play/names.ts';
import { Tracer } from '../wire/tracer.ts';
import type { Address } from './address.ts';

/** What a run starts from. */
export interface Basics {
  readonly address: Address;
  readonly names: Names;
  readonly leftovers: Leftovers;
  readonly now: () => number;
  readonly replyMs: number;
}

/** A first CONNECT may take longer: brokers warm up. */
export const firstReplyFactor = 4;

/** Opens a connection for probing: without witness, its trace thrown away. */
export function openQuietly(
  options: Pick<Basics, 'address' | 'now' | 'replyMs' | 'leftovers'>,
  name: string,
): Promise<Connection> {
  const { address, now, leftovers, replyMs } = options;
  return Connection.open({
    name,
    address,
    tracer: new Tracer({ now, secrets: [] }),
    patience: new Patience({ replyMs }),
    now,
    watchers: [
      { sent: (_bytes, packet) => packet !== undefined && leftovers.sent(packet), received: () => {}, ended: () => {} },
    ],
  });
}

export interface AskedConnect {
  readonly level: 3 | 4;
  readonly clientId: string;
  readonly cleanSession?: boolean;
  readonly will?: NonNullable<Connect['will']>;
}

/** A CONNECT with the credentials of the address. */
export function connectTo(address: Address, { level, clientId, cleanSession = true, will }: AskedConnect): Connect {
  const common = {
    type: 'connect',
    protocolLevel: level,
    clientId,
    cleanSession,
    keepAlive: 0,
    ...(will === undefined ? {} : { will }),
  } as const;
  if (address.userName === undefined) return common;
  if (address.password === undefined) return { ...common, userName: address.userName };
  return { ...common, userName: address.userName, password: new TextEncoder().encode(address.password) };
}
