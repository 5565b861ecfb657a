// The upgrade to WebSocket by itself (RFC 6455, section 4), to see what the target answers. In: what is offered. Out: what is chosen.
import { randomBytes } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Address } from '../target/address.ts';

export interface Upgraded {
  /** Undefined: no answer in time, or the connection broke. */
  readonly status: number | undefined;
  /** Header Sec-WebSocket-Protocol, as it came. */
  readonly subprotocol: string | undefined;
}

/** Asks for the upgrade, and ends the connection upon the answer. */
export function upgrade(
  { scheme, host, port, path }: Address,
  { offered, timeoutMs }: { offered: readonly string[]; timeoutMs: number },
): Promise<Upgraded> {
  const request = (scheme === 'wss' ? requestHttps : requestHttp)({
    host,
    port,
    path,
    timeout: timeoutMs,
    rejectUnauthorized: false,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-protocol': offered.join(', '),
    },
  });
  return new Promise((resolve) => {
    const answered = (status: number | undefined, header: string | string[] | undefined): void => {
      resolve({ status, subprotocol: Array.isArray(header) ? header.join(', ') : header });
      request.destroy();
    };
    request.once('upgrade', ({ statusCode, headers }, socket) => {
      socket.destroy();
      answered(statusCode, headers['sec-websocket-protocol']);
    });
    request.once('response', ({ statusCode, headers }) => answered(statusCode, headers['sec-websocket-protocol']));
    request.once('timeout', () => answered(undefined, undefined));
    request.once('error', () => answered(undefined, undefined));
    request.end();
  });
}
