import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { digestOfBytes, digestOfFile } from './digest.ts';
import { systemCode } from './store-failure.ts';

/** A `/`-separated path that stays in its folder, whatever the operating system makes of it. */
const InnerPath = z.string().refine((path) => path.split('/').every(isPlainName), 'leaves its folder');

export const ListedFile = z.strictObject({
  path: InnerPath,
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
});
export type ListedFile = z.infer<typeof ListedFile>;

/** What a folder artifact is: its files sorted by path (UTF-16 code units). Its digest is the artifact's. */
export const FolderListing = z
  .strictObject({ files: z.array(ListedFile) })
  .superRefine(({ files }, context) => {
    const taken = new Set<string>();
    const parents = new Set(files.flatMap(({ path }) => parentsOf(path)));
    for (const { path } of files) {
      if (taken.has(path) || parents.has(path)) context.addIssue(`the path "${path}" is there twice`);
      taken.add(path);
    }
  });
export type FolderListing = z.infer<typeof FolderListing>;

/** Bytes of a listing as they are stored and hashed. */
export function encodeListing(files: ListedFile[]): Uint8Array {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Buffer.from(canonicalJson({ files: sorted } satisfies FolderListing));
}

/** The digest `putFolder` would give, without storing anything. */
export async function digestOfFolder(folder: string): Promise<string> {
  const files: ListedFile[] = [];
  for (const path of await listFiles(folder)) {
    const { size } = await lstat(join(folder, path));
    files.push({ path, digest: await digestOfFile(join(folder, path)), size });
  }
  return digestOfBytes(encodeListing(files));
}

/** `/`-separated paths of all regular files below a folder. Links and special files are refused: they may lead outside. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const reason =
      systemCode(cause) === 'ENOENT' ? 'it does not exist' : 'it is not a folder that can be read';
    throw refused(folder, reason, cause);
  });
  const nested = entries.map(async (entry) => {
    const place = join(folder, entry.name);
    if (entry.isDirectory()) return (await listFiles(place)).map((path) => `${entry.name}/${path}`);
    if (!entry.isFile()) throw refused(place, 'it is a link or a special file');
    if (!isPlainName(entry.name)) throw refused(place, 'its name cannot be used on every system');
    return [entry.name];
  });
  return (await Promise.all(nested)).flat();
}

function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name) && !/^[A-Za-z]:$/.test(name);
}

function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function refused(place: string, reason: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `${place} cannot be stored: ${reason}.`,
    hint: 'Give a folder of regular files; replace links by what they point to.',
    cause,
  });
}
