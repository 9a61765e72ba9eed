import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { QuantloopError, type FailureCode } from '@quantloop/core';

export interface InsideOptions {
  /** The folder that is not to be left. It may itself be a link. */
  folder: string;
  /** A path relative to `folder`, or an absolute one that has to lead into it. */
  path: string;
  /** Of the failure. */
  code: FailureCode;
}

/** A snapshot in the cache of the Hugging Face hub, whose files are links into the `blobs` beside the snapshots. */
const SNAPSHOT = /^(.*[\\/](?:models|datasets)--[^\\/]+)[\\/]snapshots[\\/][^\\/]+(?:[\\/]|$)/;

/**
 * Where a path leads, links resolved. It has to stay inside its folder; in the hub's cache also inside that model's blobs.
 *
 * @throws QuantloopError with the given code where it leaves the folder; what `realpath` throws where there is nothing
 */
export async function resolveInside({ folder, path, code }: InsideOptions): Promise<string> {
  const refuse = (problem: string) =>
    new QuantloopError({
      code,
      message: `"${path}" ${problem} ${folder}`,
      hint: 'Copy what is needed into the folder: nothing outside it is read, not by links either.',
    });
  if (path.includes('\0')) throw refuse('is no path in');
  const home = await realpath(folder);
  const wanted = isAbsolute(path) ? path : join(folder, path);
  // Before anything is looked up: whether a file exists elsewhere is nobody's business.
  if (!isWithin(folder, wanted) && !isWithin(home, wanted)) throw refuse('leaves the folder');
  const found = await realpath(wanted);
  if (isWithin(home, found)) return found;
  const cached = SNAPSHOT.exec(home)?.[1];
  if (cached !== undefined && isWithin(join(cached, 'blobs'), found)) return found;
  throw refuse('is a link that leaves the folder');
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
