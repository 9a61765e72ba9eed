import { isDeepStrictEqual } from 'node:util';

const LLAMA_CLASSES: unknown[] = ['LlamaTokenizer', 'LlamaTokenizerFast'];

/** How a converted SentencePiece model marks word starts in tokenizer.json. */
const PREPEND = {
  type: 'Sequence',
  normalizers: [
    { type: 'Prepend', prepend: '▁' },
    { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  ],
};

/**
 * transformers 5 does not read the normalizer of a legacy Llama tokenizer but puts Metaspace in its place, which adds
 * no second "▁" before a piece that begins with a space: at the start of a text, and after "<unk>" and its like. Other
 * tokenizers stay as they are.
 *
 * Found on WikiText's pages, whose log-likelihoods by lm-eval agree only so.
 */
export function asTransformersReads<File extends Record<string, unknown>>(
  file: File,
  config: Record<string, unknown>,
): File {
  if (!LLAMA_CLASSES.includes(config.tokenizer_class) || config.legacy !== true) return file;
  if (!isDeepStrictEqual(file.normalizer, PREPEND) || file.pre_tokenizer != null) return file;
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false };
  return { ...file, normalizer: null, pre_tokenizer: metaspace };
}
