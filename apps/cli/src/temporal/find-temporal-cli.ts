import { findProgram, isExecutable } from '@quantloop/artifacts/programs';
import { CliError, EXIT } from '../cli-error.ts';
import { TEMPORAL_EXECUTABLE, temporalCacheFolder } from './temporal-cache.ts';

export interface TemporalCli {
  path: string;
  source: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' | 'download' | 'go install';
}

/**
 * The Temporal CLI that is already on this machine: `TEMPORAL_CLI_PATH`, then `temporal` on the PATH, then the copy in
 * the user's cache. Throws when `TEMPORAL_CLI_PATH` names something that cannot be run.
 */
export function findTemporalCli(env: NodeJS.ProcessEnv = process.env): TemporalCli | undefined {
  const named = env['TEMPORAL_CLI_PATH'];
  if (named) {
    if (isExecutable(named)) return { path: named, source: 'TEMPORAL_CLI_PATH' };
    throw new CliError({
      message: `TEMPORAL_CLI_PATH is "${named}", which is not a program that can be run`,
      hint: 'Let it name the `temporal` executable, or unset it.',
      exitCode: EXIT.invalid,
    });
  }
  return findProgram(TEMPORAL_EXECUTABLE, { env, cacheFolder: temporalCacheFolder(env) });
}
