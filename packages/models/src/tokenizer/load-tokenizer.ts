import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { QuantloopError } from '@quantloop/core';
import { withinTime } from '@quantloop/untrusted';
import { z } from 'zod';
import { readSidecar } from '../checkpoint/read-sidecar.ts';
import { asTransformersReads } from './as-transformers-reads.ts';
import { textGrowth } from './text-growth.ts';

/** Text to token ids and back, with the conventions of lm-evaluation-harness for special tokens. */
export interface ModelTokenizer {
  /**
   * Token ids of a text.
   *
   * @param options.addSpecialTokens default: the special tokens that the tokenizer adds by itself, but none when the
   * text already begins with the BOS token
   */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /** @param options.skipSpecialTokens default true */
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  readonly bosId: number | undefined;
  /** The tokenizer's own end of sequence first, then those of generation_config.json and config.json. */
  readonly eosIds: readonly number[];
  /** What an empty context is replaced by: BOS, else the first EOS. */
  readonly prefixId: number;
  /** The tokenizer puts BOS before a text by itself. */
  readonly addsBos: boolean;
  /** Highest token id + 1. */
  readonly vocabSize: number;
}

const SpecialToken = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish();

const TokenizerConfig = z.looseObject({
  bos_token: SpecialToken,
  eos_token: SpecialToken,
  clean_up_tokenization_spaces: z.boolean().nullish(),
});

const Id = z.int().nonnegative();

const TokenizerFile = z.looseObject({
  model: z.looseObject({ vocab: z.union([z.record(z.string(), Id), z.array(z.unknown())]) }),
  added_tokens: z.array(z.looseObject({ id: Id, content: z.string() })).nullish(),
});

/** A text that grows at each of many steps needs all memory there is; published tokenizers put one character for one. */
const MOST_GROWTH = 1000;

const TokenIds = z.object({
  bos_token_id: Id.nullish().catch(undefined),
  eos_token_id: z.union([Id.transform((id) => [id]), z.array(Id)]).nullish(),
});

/**
 * Loads the tokenizer of a model folder: `tokenizer.json`, with `tokenizer_config.json`, `generation_config.json` and
 * `config.json` where there are such.
 *
 * @throws QuantloopError `model-corrupt`, naming the file
 */
export async function loadTokenizer(folder: string): Promise<ModelTokenizer> {
  const path = join(folder, 'tokenizer.json');
  const file = await readJson(folder, 'tokenizer.json', TokenizerFile);
  if (file === undefined) throw unusable(path, 'cannot be found');
  const config = (await readJson(folder, 'tokenizer_config.json', TokenizerConfig)) ?? {};
  const generation = await readJson(folder, 'generation_config.json', TokenIds);
  const model = await readJson(folder, 'config.json', TokenIds);

  const parts = [file['normalizer'], file['pre_tokenizer'], file['decoder']];
  let tokenizer: Tokenizer;
  try {
    if (textGrowth(parts) > MOST_GROWTH) throw new Error(`it makes texts ${MOST_GROWTH} times longer`);
    tokenizer = new Tokenizer(asTransformersReads(file, config), config);
  } catch (cause) {
    throw unusable(path, 'is not a tokenizer that can be used', cause);
  }
  const idOf = (token: string | null | undefined) =>
    token == null ? undefined : tokenizer.token_to_id(token);
  const bosToken = config.bos_token;
  const bosId = idOf(bosToken) ?? model?.bos_token_id ?? undefined;
  const ownEos = idOf(config.eos_token);
  const eosIds = [
    ...new Set([
      ...(ownEos === undefined ? [] : [ownEos]),
      ...(generation?.eos_token_id ?? model?.eos_token_id ?? []),
    ]),
  ];
  const prefixId = bosId ?? eosIds[0];
  if (prefixId === undefined) {
    throw unusable(
      path,
      'has neither a BOS nor an EOS token (bos_token, eos_token in tokenizer_config.json)',
    );
  }
  const patterns = holdsPattern(parts);
  const guarded = <Result>(length: number, run: () => Result): Result => {
    try {
      return patterns ? withinTime(patience(path, length), run) : run();
    } catch (cause) {
      if (cause instanceof QuantloopError) throw cause;
      throw unusable(path, `cannot be used on a text of ${length} parts`, cause);
    }
  };
  const encode: ModelTokenizer['encode'] = (text, options = {}) => {
    const startsWithBos = bosToken != null && text.startsWith(bosToken);
    const add_special_tokens = options.addSpecialTokens ?? !startsWithBos;
    return guarded(text.length, () => tokenizer.encode(text, { add_special_tokens }).ids);
  };
  return {
    encode,
    decode: (ids, options = {}) =>
      guarded(ids.length, () =>
        tokenizer.decode([...ids], {
          skip_special_tokens: options.skipSpecialTokens ?? true,
          // The library's default is true; transformers leaves the spaces alone.
          clean_up_tokenization_spaces: config.clean_up_tokenization_spaces ?? false,
        }),
      ),
    bosId,
    eosIds,
    prefixId,
    addsBos: bosId !== undefined && encode('a', { addSpecialTokens: true })[0] === bosId,
    vocabSize: highestId(file) + 1,
  };
}

/** Whether a part of a tokenizer brings a regular expression of its own. */
function holdsPattern(part: unknown): boolean {
  return JSON.stringify(part).includes('"Regex":');
}

/** Published patterns take a microsecond a character. */
const patience = (path: string, length: number) => ({
  milliseconds: 5000 + Math.ceil(length / 10),
  what: `${path}: a pattern on a text of ${length} parts`,
  hint: 'Take tokenizer.json from the original model: a pattern of this one tries too many ways.',
});

function highestId({ model, added_tokens }: z.infer<typeof TokenizerFile>): number {
  let highest = Array.isArray(model.vocab) ? model.vocab.length - 1 : -1;
  if (!Array.isArray(model.vocab))
    for (const id of Object.values(model.vocab)) highest = Math.max(highest, id);
  for (const { id } of added_tokens ?? []) highest = Math.max(highest, id);
  return highest;
}

async function readJson<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const path = join(folder, name);
  const text = await readSidecar(folder, name);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unusable(path, 'is not JSON', cause);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unusable(path, `is not as expected (${issue?.path.join('.')}: ${issue?.message})`, result.error);
}

function unusable(path: string, problem: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'model-corrupt',
    message: `${path} ${problem}.`,
    hint: 'Copy the tokenizer files from the original model: tokenizer.json and tokenizer_config.json.',
    cause,
  });
}
