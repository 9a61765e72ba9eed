import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { QuantloopError } from '@quantloop/core';
import type { CampaignSource } from '../campaign-source.ts';
import { buildApp } from './build-app.ts';
import { pageFolder } from './page-folder.ts';

export interface DashboardOptions {
  source: CampaignSource;
  /** Address to listen on. @default '127.0.0.1': this machine only */
  host?: string;
  /** @default 0: any free one */
  port?: number;
  /** Address of Temporal's own pages. @default none: no link */
  temporalUi?: string;
  /** Temporal's namespace, for that link. @default 'default' */
  namespace?: string;
  /** Milliseconds between two looks at a campaign that is shown. @default 1000 */
  every?: number;
}

export interface RunningDashboard {
  /** With the token: opens the page. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page. Each start has a token of its own.
 *
 * @throws QuantloopError `invalid-spec` where the address cannot be listened on
 */
export async function startDashboard(options: DashboardOptions): Promise<RunningDashboard> {
  const { host = '127.0.0.1', port = 0 } = options;
  const token = randomBytes(24).toString('base64url');
  const app = await buildApp({ ...options, token, pages: await pageFolder() });
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `cannot listen on ${host}:${port}: ${(cause as Error).message}`,
      hint: 'Choose another --port (0: any free one) or a --host of this machine.',
      cause,
    });
  }
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  const place = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${place}:${taken}/?token=${token}`, close: () => app.close() };
}
