// Metrics over HTTP, for Prometheus. In: statistics. Out: `http://127.0.0.1:PORT/metrics`.
import { createServer } from 'node:http';
import { listen } from '../../transport/listen.ts';
import type { Statistics } from '../core/statistics.ts';
import { prometheusText, prometheusType } from './prometheus-text.ts';

export interface MetricsOptions {
  /** 0: any free port. */
  readonly port: number;
  /** 127.0.0.1 unless told otherwise: whoever reaches it sees the numbers. */
  readonly host?: string;
}

export interface MetricsEndpoint {
  /** `http://127.0.0.1:9883/metrics` */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves metrics. Rejects with Node's error where that cannot be (EADDRINUSE, EACCES …). */
export async function serveMetrics(
  { port, host = '127.0.0.1' }: MetricsOptions,
  statistics: () => Statistics,
): Promise<MetricsEndpoint> {
  const server = createServer({ requestTimeout: 10_000 }, ({ method, url = '' }, response) => {
    if (url.replace(/\?.*$/, '') !== '/metrics') response.writeHead(404).end('see /metrics\n');
    else if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else response.writeHead(200, { 'content-type': prometheusType }).end(prometheusText(statistics()));
  });
  server.maxConnections = 100;
  const listening = await listen(server, { host, port }, { cut: () => server.closeAllConnections() });
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}/metrics`,
    close: () => listening.close(),
  };
}
