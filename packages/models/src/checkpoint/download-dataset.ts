import { QuantloopError } from '@quantloop/core';
import { attempt, connection, hubLibrary, requireSize, type HubOptions } from './hub-connection.ts';

/** The files of a data set on the hub at one commit. */
export interface DatasetListing {
  repo: string;
  /** Commit. */
  revision: string;
  /** Paths in the repository, with `/`. */
  paths: string[];
}

/** The hub keeps a copy of every public data set as Parquet files on this branch, whatever it was uploaded as. */
const CONVERTED = 'refs/convert/parquet';

/**
 * Lists a data set's files.
 *
 * @param source.repo `organisation/name`
 * @param source.revision branch, tag or commit; default the hub's Parquet copy, else `main` where there is none.
 * @throws QuantloopError `invalid-spec` for what does not exist or needs a token, `unreachable` when the hub cannot
 * be reached
 */
export async function listDataset(
  source: { repo: string; revision?: string | undefined },
  options: HubOptions = {},
): Promise<DatasetListing> {
  if (source.revision !== undefined) return list(source.repo, source.revision, options);
  try {
    return await list(source.repo, CONVERTED, options);
  } catch (error) {
    if (!(error instanceof QuantloopError) || error.code !== 'invalid-spec') throw error;
    return list(source.repo, 'main', options);
  }
}

async function list(name: string, revision: string, options: HubOptions): Promise<DatasetListing> {
  const { datasetInfo, listFiles } = await hubLibrary();
  const repo = `datasets/${name}`;
  return attempt({ repo, revision }, options, async () => {
    const common = connection(options);
    const { sha } = await datasetInfo({ name, revision, additionalFields: ['sha'], ...common });
    const paths: string[] = [];
    const files = listFiles({ repo: { type: 'dataset', name }, revision: sha, recursive: true, ...common });
    for await (const entry of files) if (entry.type === 'file') paths.push(entry.path);
    return { repo: name, revision: sha, paths };
  });
}

/**
 * Downloads files of a data set into the Hugging Face cache. Those that are there already are not fetched again.
 *
 * @returns their paths on disk, in order
 */
export async function downloadDatasetFiles(
  listing: DatasetListing,
  paths: readonly string[],
  options: HubOptions = {},
): Promise<string[]> {
  const { downloadFileToCacheDir, pathsInfo } = await hubLibrary();
  const { revision } = listing;
  const repo = { type: 'dataset' as const, name: listing.repo };
  const cache = options.cacheFolder === undefined ? {} : { cacheDir: options.cacheFolder };
  return attempt({ repo: `datasets/${listing.repo}`, revision }, options, async () => {
    const common = { repo, revision, ...connection(options) };
    const infos = await pathsInfo({ ...common, paths: [...paths] });
    const sizes = new Map(infos.map(({ path, size }) => [path, size]));
    const files: string[] = [];
    for (const path of paths) {
      const file = await downloadFileToCacheDir({ ...common, ...cache, path });
      const size = sizes.get(path);
      if (size !== undefined) await requireSize(file, size);
      files.push(file);
    }
    return files;
  });
}
