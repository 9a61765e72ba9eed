import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { canonicalJson } from './canonical-json.ts';

/** Hashing pieces of 1 MiB keeps the event loop free and is as fast as one large read. */
const CHUNK = 1 << 20;
/** A file changed this recently may change again within one tick of its timestamp, so its digest is not remembered. */
const SETTLED_MS = 50;
const MEMO_LIMIT = 50_000;
const memo = new Map<string, string>();

/** `sha256:` and the 64 hex digits of the bytes' SHA-256. */
export function digestOfBytes(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** Digest of a value's canonical JSON (RFC 8785): independent of key order. Throws on what JSON cannot hold. */
export function digestOfJson(value: unknown): string {
  return digestOfBytes(Buffer.from(canonicalJson(value)));
}

/**
 * Digest of a file's content, streamed. Remembered in this process by device, inode, size and modification time, so
 * that hard links and repeated checks of one file are hashed once.
 */
export async function digestOfFile(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, mtimeMs } = await stat(path, { bigint: true });
  const identity = `${dev}:${ino}:${size}:${mtimeNs}`;
  const known = memo.get(identity);
  if (known !== undefined) return known;
  const started = Date.now();
  const hasher = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) hasher.update(chunk as Buffer);
  const digest = `sha256:${hasher.digest('hex')}`;
  if (started - Number(mtimeMs) > SETTLED_MS) {
    if (memo.size >= MEMO_LIMIT) memo.clear();
    memo.set(identity, digest);
  }
  return digest;
}
