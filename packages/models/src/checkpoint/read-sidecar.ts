import { readTextFile, resolveInside } from '@quantloop/untrusted';

/** Bytes; the longest tokenizer.json of the large vocabularies has 35 MB. */
const LONGEST = 128 * 2 ** 20;

/**
 * The text of a file beside a model's weights; undefined where there is none.
 *
 * @throws QuantloopError `model-corrupt` for a link that leaves the folder, what is no regular file, and what is too long
 */
export async function readSidecar(folder: string, name: string): Promise<string | undefined> {
  try {
    const file = await resolveInside({ folder, path: name, code: 'model-corrupt' });
    return await readTextFile(file, { limit: LONGEST, code: 'model-corrupt' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
