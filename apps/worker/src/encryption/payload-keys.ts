import { readFileSync, statSync } from 'node:fs';
import { QuantloopError } from '@quantloop/core';

/** Variable with the keys themselves: for what sets variables from a vault. */
export const KEYS = 'QUANTLOOP_PAYLOAD_KEYS';
/** Variable with the path of a file that holds them. */
export const KEY_FILE = 'QUANTLOOP_PAYLOAD_KEY_FILE';

/** Keys of AES-256 by their ids; what is written is encrypted with the first. */
export type PayloadKeys = ReadonlyMap<string, Buffer>;

const ENTRY = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/;

/**
 * The keys that the environment names, each written as `id:` and 32 bytes in base64, with blanks or newlines between them.
 * None: payloads are not encrypted.
 *
 * @throws QuantloopError `invalid-spec`, naming variable or file and never a key
 */
export function payloadKeys(env: NodeJS.ProcessEnv): PayloadKeys {
  const { [KEYS]: written, [KEY_FILE]: file } = env;
  if (written && file) {
    throw refuse(`Both ${KEYS} and ${KEY_FILE} are set.`, 'Keep one of them.');
  }
  if (written) return parseKeys(written, KEYS);
  return file ? parseKeys(readKeyFile(file), `${KEY_FILE} (${file})`) : new Map();
}

function readKeyFile(file: string): string {
  try {
    const { mode } = statSync(file);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return readFileSync(file, 'utf8');
  } catch (cause) {
    throw refuse(`${KEY_FILE} names ${file}, which cannot be read.`, 'Put the keys there.', cause);
  }
  throw refuse(`${KEY_FILE} names ${file}, which others may read or write.`, `Run chmod 600 ${file}.`);
}

function parseKeys(text: string, place: string): PayloadKeys {
  const keys = new Map<string, Buffer>();
  for (const [i, entry] of text.trim().split(/\s+/).entries()) {
    const [, id, key] = ENTRY.exec(entry) ?? [];
    if (id === undefined || key === undefined || keys.has(id)) {
      const problem =
        id !== undefined && keys.has(id) ? `has the id "${id}" twice` : `is no key: entry ${i + 1}`;
      throw refuse(
        `${place} ${problem}.`,
        'Write each as id:KEY, with a KEY of `openssl rand -base64 32`, e.g. 2027-01:3q2+7w…=.',
      );
    }
    keys.set(id, Buffer.from(key, 'base64'));
  }
  return keys;
}

function refuse(message: string, hint: string, cause?: unknown): QuantloopError {
  return new QuantloopError({ code: 'invalid-spec', message, hint, cause });
}
