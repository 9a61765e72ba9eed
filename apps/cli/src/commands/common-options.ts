import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';

export interface OutputOptions {
  json?: true;
  verbose?: true;
}

export interface PlaceOptions {
  /** The folder for state: store, embedded server. */
  dir: string;
  /** Content-addressed store. */
  store?: string;
}

export interface ServerOptions extends PlaceOptions {
  address?: string;
  namespace?: string;
  port?: number;
}

export function outputOptions(command: Command): Command {
  return command
    .option('--json', 'print nothing but JSON on standard output')
    .option('--verbose', 'print logs of the workers, and stacks of errors');
}

export function placeOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'folder for state: store and embedded server', '.quantloop')
    .option('--store <folder>', 'content-addressed store that all workers share (default: store/ in --dir)');
}

export function serverOptions(command: Command): Command {
  return placeOptions(command)
    .option(
      '--address <host:port>',
      'Temporal server to use instead of the embedded one (also TEMPORAL_ADDRESS)',
    )
    .option('--namespace <name>', 'Temporal namespace (also TEMPORAL_NAMESPACE)')
    .option('--port <number>', 'port of the embedded server (default: any free one)', parsePort);
}

export function storeRoot(options: PlaceOptions): string {
  return resolve(options.store ?? `${options.dir}/store`);
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a positive whole number.');
  return value;
}

export function nonNegativeInteger(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return value;
}

function parsePort(text: string): number {
  const port = positiveInteger(text);
  if (port > 65_535) throw new InvalidArgumentError('Ports end at 65535.');
  return port;
}
