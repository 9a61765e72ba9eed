import type { AddressInfo } from 'node:net';
import { QuantloopError, type OnnxRuntimeEngine } from '@quantloop/core';
import { buildApp } from './http/build-app.ts';
import { isLoopback } from './http/is-loopback.ts';
import { openServedModel } from './served-model.ts';

export interface ServeOptions {
  /** A model folder. */
  folder: string;
  /** What requests call it. @default the folder's own name */
  name?: string;
  /** `maxBatch`: generations computed together. */
  engine: OnnxRuntimeEngine;
  /** Address to listen on. @default '127.0.0.1': this machine only */
  host?: string;
  /** @default 8000; 0 takes any free one */
  port?: number;
  /** Asked of every request below `/v1`. @default none, which only `host`s of this machine take */
  apiKey?: string;
  /** Generations that may wait for a place; while so many do, requests are answered with 429. @default 64 */
  maxQueue?: number;
  /** Bytes of a request's body. @default 4 MiB */
  maxBody?: number;
}

export interface RunningServer {
  /** `http://host:port`; the API is below `/v1`. */
  readonly url: string;
  readonly model: string;
  /** Takes no further requests, answers those it has, and ends. */
  drain(): Promise<void>;
}

/**
 * Serves a model folder by OpenAI's protocol.
 *
 * @throws QuantloopError what opening a model throws; `invalid-spec` where the address cannot be listened on, or other
 * machines reach it and there is no key.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8000, apiKey } = options;
  if (apiKey === undefined && !isLoopback(host)) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `other machines can reach ${host}, and would be served without a key`,
      hint: 'Set QUANTLOOP_API_KEY or --api-key to a key that clients have to send, or listen on 127.0.0.1.',
    });
  }
  const model = await openServedModel(options);
  const app = buildApp({ ...options, model });
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await model[Symbol.asyncDispose]();
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `cannot listen on ${host}:${port}: ${(cause as Error).message}`,
      hint: 'Choose another port (0: any free one) or an address of this machine.',
      cause,
    });
  }
  const address = app.server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    model: model.name,
    async drain() {
      await app.close();
      await model[Symbol.asyncDispose]();
    },
  };
}
