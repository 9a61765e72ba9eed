import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { referencesIn, type Reference } from '@quantloop/artifacts';
import { CliError, EXIT } from '../cli-error.ts';

/** What the runs of a folder, `<out>/<campaign>/<run>/`, need of the store. */
export interface Retained {
  runs: number;
  references: Reference[];
}

/**
 * Of each run whose folder is there: its models and texts, results for each document, which comparisons and
 * reproductions need, and the versions that were selected. The other versions can be made again.
 */
export async function retainedReferences(out: string): Promise<Retained> {
  const retained: Retained = { runs: 0, references: [] };
  for (const campaign of await foldersIn(out)) {
    for (const run of await foldersIn(join(out, campaign))) {
      const folder = join(out, campaign, run);
      const trials = (await readJson(join(folder, 'trials.json'))) as { trials?: unknown[] } | undefined;
      if (trials === undefined) continue;
      const [written, decision] = await Promise.all(
        ['campaign.json', 'decision.json'].map((name) => readJson(join(folder, name))),
      );
      const rows = trials.trials?.map(withoutVersion) ?? [];
      retained.runs++;
      retained.references.push(...referencesIn([written, decision, rows]));
    }
  }
  return retained;
}

/** A row but for the version itself, unless that is the model as it was imported. */
function withoutVersion(row: unknown): unknown {
  const { artifact, ...rest } = row as { artifact?: unknown; recipe?: unknown };
  return rest.recipe === null ? { ...rest, artifact } : rest;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** What cannot be read may name what is needed: then nothing may go. */
async function readJson(path: string): Promise<unknown> {
  if (!(await stat(path).catch(() => undefined))) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new CliError({
      message: `${path} cannot be read, so that nobody knows what this run needs: ${(cause as Error).message}`,
      hint: 'Take it from a backup, or remove the folder of the run if it is not needed.',
      exitCode: EXIT.invalid,
      cause,
    });
  }
}
