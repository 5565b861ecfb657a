// Why no stream came about, in words. In: the system's error. Out: a Disconnected.
import type { DialAddress } from '../transport/dial.ts';
import { formatAddress } from './address.ts';
import { Disconnected } from './core/errors.ts';

const explanations: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused. Is the server running, and at this port?',
  ENOTFOUND: 'there is no such host. Is its name right?',
  EADDRNOTAVAIL: 'no interface here has the address from which to dial. Is it right?',
  EAI_AGAIN: 'the name could not be looked up. Is the network up?',
  ETIMEDOUT: 'no answer in time. Is it reachable from here?',
  ENOENT: 'there is no such socket. Is the server running?',
  EACCES: 'not allowed. May this user use the socket?',
  ECONNRESET: 'the connection was reset. Does the server speak this protocol (TLS or not) at this port?',
};

export function unreachable(address: DialAddress, error: unknown): Disconnected {
  const { code = '', message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  const why = explanations[code] ?? message;
  return new Disconnected('unreachable', `cannot reach ${formatAddress(address)}: ${why}`, { cause: error });
}
