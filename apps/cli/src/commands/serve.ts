import type { Command } from 'commander';
import {
  outputOptions,
  placeOptions,
  positiveInteger,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';
import { parseBytes, parseFreePort } from './serve-options.ts';

interface ServeCommandOptions extends OutputOptions, PlaceOptions {
  host: string;
  port: number;
  apiKey?: string;
  maxQueue: number;
  maxBody: number;
  maxBatch: number;
  provider: string;
  threads?: number;
}

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('serve a model by OpenAI’s protocol')
    .description(
      'Serves a model until it is stopped; then answers what has begun. A second Ctrl-C ends it at once.',
    )
    .argument('<model>', 'a model folder (a winner, say), or any source that a campaign takes')
    .option('--host <address>', 'address to listen on; other machines reach 0.0.0.0', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes any free one', parseFreePort, 8000)
    .option(
      '--api-key <key>',
      'key that clients must send (also QUANTLOOP_API_KEY, which no other user can see)',
    )
    .option(
      '--max-queue <n>',
      'generations that may wait; further requests are answered with 429',
      positiveInteger,
      64,
    )
    .option('--max-body <size>', 'largest body of a request', parseBytes, 4 * 2 ** 20)
    .option('--max-batch <n>', 'generations computed together', positiveInteger, 32)
    .option('--provider <name>', 'execution provider of ONNX Runtime', 'cpu')
    .option('--threads <n>', 'threads inside an operator', positiveInteger)
    .action(async (source: string, options: ServeCommandOptions) => {
      const { serveModel } = await import('../stages/serve-model.ts');
      const apiKey = options.apiKey ?? process.env['QUANTLOOP_API_KEY'];
      await serveModel(source, {
        ...options,
        json: options.json === true,
        storeRoot: storeRoot(options),
        // An empty variable is none.
        ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }),
      });
    });
}
