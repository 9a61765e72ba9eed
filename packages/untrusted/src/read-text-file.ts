import { constants, open } from 'node:fs/promises';
import { QuantloopError, type FailureCode } from '@quantloop/core';

export interface TextFileOptions {
  /** Bytes that the file may have; nothing is read of a longer one. */
  limit: number;
  /** Of the failure where it is longer, or no regular file. */
  code: FailureCode;
}

/**
 * Reads a file of text that somebody else wrote.
 *
 * @throws QuantloopError with the given code for what is too long or no regular file; what `open` throws where there is none
 */
export async function readTextFile(file: string, { limit, code }: TextFileOptions): Promise<string> {
  // Without O_NONBLOCK, opening a named pipe waits for ever.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) {
      throw new QuantloopError({
        code,
        message: `${file} is not a regular file.`,
        hint: 'Put the file itself in its place.',
      });
    }
    if (facts.size > limit) {
      throw new QuantloopError({
        code,
        message: `${file} has ${facts.size} bytes; no more than ${limit} are read.`,
        hint: 'See whether it is the file that is meant: none of its kind is so long.',
      });
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
