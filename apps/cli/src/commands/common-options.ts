import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';

export interface OutputOptions {
  json?: true;
  verbose?: true;
}

export interface PlaceOptions {
  /** The folder for state: store, embedded server. */
  dir: string;
  /** Content-addressed store: a folder, or `s3://bucket/prefix`. */
  store?: string;
}

export interface ServerOptions extends PlaceOptions {
  address?: string;
  namespace?: string;
  profile?: string;
  port?: number;
}

/** Of the commands by which people take part in a campaign that runs. */
export interface ActOptions extends OutputOptions, ServerOptions {
  by?: string;
}

export function outputOptions(command: Command): Command {
  return command
    .option('--json', 'print nothing but JSON on standard output')
    .option('--verbose', 'print logs of the workers, and stacks of errors');
}

export function placeOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'folder for state: store and embedded server', '.quantloop')
    .option(
      '--store <place>',
      'content-addressed store that all workers share: a folder, or s3://bucket/prefix (default: store/ in --dir)',
    );
}

/** Where the server is, of commands whose own port is another's. */
export function addressOptions(command: Command): Command {
  return placeOptions(command)
    .option(
      '--address <host:port>',
      'Temporal server to use instead of the embedded one (also TEMPORAL_ADDRESS)',
    )
    .option('--namespace <name>', 'Temporal namespace (also TEMPORAL_NAMESPACE)')
    .option('--profile <name>', 'profile of temporal.toml to connect by (also TEMPORAL_PROFILE)');
}

export function serverOptions(command: Command): Command {
  return addressOptions(command).option(
    '--port <number>',
    'port of the embedded server (default: any free one)',
    parsePort,
  );
}

export interface MetricsOptions {
  metrics?: { host: string; port: number };
}

export function metricsOption(command: Command): Command {
  return command.option(
    '--metrics <[host:]port>',
    'serve metrics of this process for Prometheus; other than on this machine, which is where they are without a ' +
      'host, they take a token: QUANTLOOP_METRICS_TOKEN',
    parseMetricsAddress,
  );
}

export function actOptions(command: Command): Command {
  return outputOptions(serverOptions(command))
    .argument('<campaign>', 'name of the running campaign')
    .option('--by <name>', 'who does it, for the record (default: the name of the login)');
}

/** @param texts what they are for, as in "texts to compare outputs on" */
export function calibrationOptions(command: Command, texts: string): Command {
  return command
    .option('--calibration <file>', `${texts}: JSON lines, or one text a line`)
    .option('--calibration-field <name>', 'field of the JSON lines that holds the text (default: text)')
    .option('--samples <n>', 'texts to use, at most (default: 128)', positiveInteger)
    .option('--tokens <n>', 'tokens of a text, at most (default: 512)', positiveInteger)
    .option('--seed <n>', '0: the first texts; any other: texts drawn at random', nonNegativeInteger);
}

export function storeRoot({ store, dir }: PlaceOptions): string {
  return store?.startsWith('s3://') ? store : resolve(store ?? `${dir}/store`);
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

function parseMetricsAddress(text: string): MetricsOptions['metrics'] {
  const [, host = '127.0.0.1', port] = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError('Write a port, or host:port.');
  }
  return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}

function parsePort(text: string): number {
  const port = positiveInteger(text);
  if (port > 65_535) throw new InvalidArgumentError('Ports end at 65535.');
  return port;
}
