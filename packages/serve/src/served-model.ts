import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import type { OnnxRuntimeEngine } from '@quantloop/core';
import {
  loadChatTemplate,
  loadTokenizer,
  readMaxLength,
  type ChatTemplate,
  type ModelTokenizer,
} from '@quantloop/models';
import { ContinuousBatch, openSession } from '@quantloop/runtime';
import { TokenTexts } from './generation/token-texts.ts';

/** A model with all that answering takes. Dispose it. */
export interface ServedModel extends AsyncDisposable {
  /** Requests ask for it. */
  readonly name: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly tokenizer: ModelTokenizer;
  readonly tokenTexts: TokenTexts;
  /** Undefined: the model was not made for conversations. */
  readonly chatTemplate: ChatTemplate | undefined;
  /** Tokens of prompt and answer together. */
  readonly contextLength: number;
  readonly batch: ContinuousBatch;
  /** Generations computed together. */
  readonly maxBatch: number;
}

export async function openServedModel(options: {
  folder: string;
  name?: string;
  engine: OnnxRuntimeEngine;
}): Promise<ServedModel> {
  const { folder, engine } = options;
  const { maxBatch = 32 } = engine;
  const tokenizer = await loadTokenizer(folder);
  const contextLength = await readMaxLength(folder);
  const chatTemplate = await loadChatTemplate(folder);
  // ONNX Runtime's own default counts the machine's cores, whatever affinity and quota leave of them.
  const threads = engine.threads ?? availableParallelism();
  const session = await openSession({ folder, engine: { ...engine, threads }, decoding: true });
  const batch = new ContinuousBatch({ session, maxLength: contextLength, maxBatch });
  return {
    name: options.name ?? basename(resolve(folder)),
    created: Math.floor(Date.now() / 1000),
    tokenizer,
    tokenTexts: new TokenTexts(tokenizer),
    chatTemplate,
    contextLength,
    batch,
    maxBatch,
    async [Symbol.asyncDispose]() {
      await batch.close();
      await session.release();
    },
  };
}
