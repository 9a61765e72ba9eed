import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { QuantloopError } from '@quantloop/core';
import { processMetrics } from './process-metrics.ts';

/** Names the variable with the token that scrapes from elsewhere have to bear. */
export const TOKEN_VARIABLE = 'QUANTLOOP_METRICS_TOKEN';

export interface ServeMetricsOptions {
  /** @default '127.0.0.1': this machine only. Any other needs a token. */
  host?: string;
  /** 0: any free one. @default 9464 */
  port?: number;
  /** Whose free space is told. */
  storeRoot: string;
  /** @default the variable {@link TOKEN_VARIABLE} */
  token?: string | undefined;
}

export interface MetricsServer {
  url: string;
  /** For Temporal's runtime, whose own exporter knows no tokens: an address of this machine that no other program has. */
  exporter: string;
  close(): Promise<void>;
}

/**
 * Serves this process's metrics for Prometheus at `/metrics`: Temporal's and quantloop's, and the process's own.
 *
 * @throws QuantloopError `invalid-spec` where the address cannot be had, or reaches beyond this machine without a token
 */
export async function serveMetrics(options: ServeMetricsOptions): Promise<MetricsServer> {
  const { host = '127.0.0.1', port = 9464, storeRoot, token = process.env[TOKEN_VARIABLE] } = options;
  if (!isLoopback(host) && (token === undefined || token === '')) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `metrics on ${host} can be read from elsewhere, and no token protects them`,
      hint: `Put a token into ${TOKEN_VARIABLE}, and into the scraper's \`authorization\`; or listen on 127.0.0.1.`,
    });
  }
  const exporter = await freeAddress();
  const server = createServer((request, response) => {
    const send = ({ status, text, type = 'text/plain; charset=utf-8' }: Answer) =>
      response.writeHead(status, { 'content-type': type }).end(text);
    answer(request, { token, exporter, storeRoot }).then(send, (error: Error) =>
      send({ status: 503, text: `${error.message}\n` }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new QuantloopError({
          code: 'invalid-spec',
          message: `metrics cannot be served on ${host}:${port}: ${cause.message}`,
          hint: 'Choose another address for --metrics; port 0 takes any free one.',
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  // Metrics keep no process that has nothing else to do.
  server.unref();
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/metrics`,
    exporter,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  status: number;
  text: string;
  type?: string;
}

async function answer(
  request: IncomingMessage,
  { token, exporter, storeRoot }: { token: string | undefined; exporter: string; storeRoot: string },
): Promise<Answer> {
  if (request.method !== 'GET' || request.url !== '/metrics') {
    return { status: 404, text: 'Metrics are at /metrics.\n' };
  }
  if (token !== undefined && !bears(request, token))
    return { status: 401, text: 'A bearer token is needed.\n' };
  const text = await scrape(exporter, storeRoot);
  return { status: 200, text, type: 'text/plain; version=0.0.4; charset=utf-8' };
}

async function scrape(exporter: string, storeRoot: string): Promise<string> {
  const [answer, own] = await Promise.all([
    fetch(`http://${exporter}/metrics`, { signal: AbortSignal.timeout(5000) }),
    processMetrics(storeRoot),
  ]);
  if (!answer.ok) throw new Error(`Temporal's exporter answers ${answer.status}`);
  return (await answer.text()) + own;
}

function bears({ headers }: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
