import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchIntoPlace, goInstall } from '@quantloop/artifacts/programs';
import { CliError } from '../cli-error.ts';
import { findTemporalCli, type TemporalCli } from './find-temporal-cli.ts';
import { TEMPORAL_CLI_VERSION, TEMPORAL_EXECUTABLE, temporalCacheFolder } from './temporal-cache.ts';

export interface GetTemporalCliOptions {
  env?: NodeJS.ProcessEnv;
  /** Receives a line for every step that takes long. */
  onProgress?: (line: string) => void;
}

/**
 * Finds the Temporal CLI, or gets one into the user's cache: first by the SDK's own download, then by `go install`
 * (two to three minutes). Throws an error that lists what was tried.
 */
export async function getTemporalCli(options: GetTemporalCliOptions = {}): Promise<TemporalCli> {
  const { env = process.env, onProgress = () => {} } = options;
  const found = findTemporalCli(env);
  if (found !== undefined) return found;
  const path = join(temporalCacheFolder(env), TEMPORAL_EXECUTABLE);
  const tried: string[] = [];
  for (const [source, what, fetchInto] of WAYS) {
    onProgress(what);
    try {
      await fetchIntoPlace(path, (folder) => fetchInto(folder, env, onProgress));
      onProgress(`The Temporal CLI is ready: ${path}`);
      return { path, source };
    } catch (error) {
      tried.push(`${source}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  throw new CliError({
    message: `The Temporal CLI is not there and could not be fetched (${tried.join('; ')})`,
    hint:
      'Any one of these helps: set TEMPORAL_CLI_PATH to a `temporal` executable (1.5 or newer); put `temporal` on the ' +
      `PATH; copy it to ${path}; install Go 1.25 or newer and run the command again; or use a running server ` +
      'through --address or TEMPORAL_ADDRESS.',
  });
}

type FetchInto = (
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
) => Promise<string>;

const download: FetchInto = async (folder) => {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const version = `v${TEMPORAL_CLI_VERSION}`;
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'cached-download', version, downloadDir: folder },
      log: { format: 'pretty', level: 'error' },
    },
  });
  await environment.teardown();
  const file = (await readdir(folder)).find((name) => name.startsWith('temporal'));
  if (file === undefined) throw new Error(`the download left nothing in ${folder}`);
  return join(folder, file);
};

const build: FetchInto = async (folder, env, onProgress) => {
  const module = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;
  await goInstall({ module, folder, env, onProgress });
  return join(folder, TEMPORAL_EXECUTABLE);
};

const WAYS: readonly [TemporalCli['source'], string, FetchInto][] = [
  ['download', 'Fetching the Temporal CLI (the SDK’s download) …', download],
  ['go install', 'Building the Temporal CLI with `go install` (2–3 minutes, once) …', build],
];
