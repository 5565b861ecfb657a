// Why nothing can be judged, in plain sentences.
import type { Address } from './address.ts';

/** Nothing can be judged: the target cannot be reached, or is no MQTT server, or lets nobody in. A plain sentence. */
export class NoTarget extends Error {}

/** Somebody reads what is sent there, and answers a CONNECT with nothing at all: that is a verdict. Asked for something else, it is none. */
export class SilentTarget extends NoTarget {}

const spoken: Readonly<Record<Address['scheme'], string>> = {
  mqtt: 'MQTT',
  mqtts: 'MQTT over TLS',
  ws: 'MQTT over WebSocket',
  wss: 'MQTT over WebSocket and TLS',
};

/** Why a link could not be opened, and what to do. */
export function unreachable(address: Address, code: string): string {
  const where = `${address.host}:${address.port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `cannot reach ${where}: connection refused. Is the broker running, and on this port?`;
    case 'ETIMEDOUT':
      return `cannot reach ${where}: no answer. Is the address right, and does a firewall let it through?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot reach ${where}: there is no host of that name`;
    case 'ECONNRESET':
    case 'EPROTO':
      return `cannot talk to ${where}: it ends the connection. Does it speak ${spoken[address.scheme]} on this port?`;
    default:
      return `cannot reach ${where}: ${code}`;
  }
}
