import { loadTokenizer, readMaxLength, type ModelTokenizer } from '@quantloop/models';
import { Arithmetic, openSession, type DecoderSession } from '@quantloop/runtime';
import type { Engine } from '@quantloop/core';

/** A model ready to be asked: weights, tokenizer, and how much it reads at once. */
export interface TaskModel extends AsyncDisposable {
  session: DecoderSession;
  tokenizer: ModelTokenizer;
  /** Tokens it can read at once, found as lm-eval finds it. */
  maxLength: number;
  arithmetic: Arithmetic;
}

/**
 * Session settings for scoring. Other jobs may run beside it, and threads that spin while they wait take the cores from
 * them: with one competitor the same scoring takes 0.6 s without spinning and up to 1.9 s with it.
 */
export const BESIDE_OTHERS = { 'session.intra_op.allow_spinning': '0' };

/** Opens a model folder for scoring. Dispose it. */
export async function openTaskModel(folder: string, engine: Engine): Promise<TaskModel> {
  const tokenizer = await loadTokenizer(folder);
  const maxLength = await readMaxLength(folder);
  const session = await openSession({ folder, engine, extra: BESIDE_OTHERS });
  const arithmetic = new Arithmetic({ threads: engine.threads });
  return {
    session,
    tokenizer,
    maxLength,
    arithmetic,
    [Symbol.asyncDispose]: async () => {
      await arithmetic.release();
      await session.release();
    },
  };
}
