import { chmod, readFile, truncate, writeFile } from 'node:fs/promises';

/** Changes one bit of a read-only file in place. */
export async function flipBit(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  const index = position % bytes.length;
  bytes[index] = bytes[index]! ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes, { flag: 'r+' });
}

/** Cuts a read-only file short. */
export async function cutShort(path: string, length: number): Promise<void> {
  await chmod(path, 0o644);
  await truncate(path, length);
}

/** The place of a blob inside a store. */
export function blobPath(root: string, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return `${root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
}
