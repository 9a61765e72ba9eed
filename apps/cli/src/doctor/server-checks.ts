import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { DoctorCheck } from '@quantloop/evaluate';
import type { ServerOptions } from '../commands/common-options.ts';
import { configuredAddress, openClient } from '../temporal/connect.ts';
import { findEmbeddedServer } from '../temporal/embedded-server.ts';
import { findTemporalCli } from '../temporal/find-temporal-cli.ts';

/** The Temporal CLI, and the server that a campaign would use. */
export async function serverChecks(options: ServerOptions): Promise<DoctorCheck[]> {
  return [await cliCheck(), await serverCheck(options)];
}

async function cliCheck(): Promise<DoctorCheck> {
  const name = 'Temporal CLI';
  try {
    const cli = findTemporalCli();
    if (cli === undefined) {
      const advice =
        '`quantloop run` gets it by itself (download, else `go install` with Go 1.25 or newer); or put `temporal` on the ' +
        'PATH, or name it in TEMPORAL_CLI_PATH.';
      return { name, status: 'warn', value: 'not there', advice };
    }
    const { stdout } = await promisify(execFile)(cli.path, ['--version'], { timeout: 10_000 });
    return { name, status: 'ok', value: `${stdout.trim()}, from ${cli.source}: ${cli.path}`, advice: '' };
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return {
      name,
      status: 'missing',
      value: message,
      advice: hint ?? 'Replace it: it does not run on this machine.',
    };
  }
}

async function serverCheck(options: ServerOptions): Promise<DoctorCheck> {
  const name = 'Temporal server';
  const configured = await configuredAddress(options);
  if (configured !== undefined) {
    try {
      const { connection } = await openClient(configured);
      await connection.close();
      return {
        name,
        status: 'ok',
        value: `${configured.name}, namespace ${configured.namespace}`,
        advice: '',
      };
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      return { name, status: 'missing', value: message, advice: hint ?? '' };
    }
  }
  const living = await findEmbeddedServer(resolve(options.dir));
  const value =
    living === undefined
      ? 'embedded, started when needed'
      : `embedded, on port ${living.port} (process ${living.pid})`;
  return { name, status: 'ok', value, advice: '' };
}
