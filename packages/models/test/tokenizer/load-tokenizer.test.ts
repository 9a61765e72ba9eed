import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTokenizer } from '@quantloop/models';
import { describe, expect, test } from 'vitest';
import { STORIES, hasSharedData, needsSharedData } from '../support/shared-data.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TINY, tinyWeights, writeTinyCheckpoint } from '../support/tiny-llama.ts';

const root = temporaryFolder();

function tinyFolder(name: string): string {
  const folder = join(root, name);
  writeTinyCheckpoint({ folder, config: TINY, weights: tinyWeights(TINY) });
  return folder;
}

describe('a tokenizer', () => {
  test('turns text into ids and back', async () => {
    const tokenizer = await loadTokenizer(tinyFolder('round-trip'));
    expect(tokenizer.encode('abc')).toEqual([2, 3, 4]);
    expect(tokenizer.decode([0, 2, 3, 4, 1])).toBe('abc');
    expect(tokenizer.decode([0, 2, 1], { skipSpecialTokens: false })).toBe('<s>a</s>');
    expect(tokenizer).toMatchObject({ bosId: 0, eosIds: [1], prefixId: 0, addsBos: false, vocabSize: 50 });
  });

  test('takes further ends of sequence from generation_config.json, its own first', async () => {
    const folder = tinyFolder('several-ends');
    writeFileSync(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: [7, 1, 9] }));
    expect((await loadTokenizer(folder)).eosIds).toEqual([1, 7, 9]);
  });

  test('starts from EOS when there is no BOS, and refuses to have neither', async () => {
    const folder = tinyFolder('no-bos');
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: { content: '</s>' } }));
    expect(await loadTokenizer(folder)).toMatchObject({ bosId: undefined, prefixId: 1 });
    writeFileSync(join(folder, 'tokenizer_config.json'), '{}');
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/neither a BOS nor an EOS/),
    });
  });
});

describe.skipIf(!hasSharedData)(`the tokenizer of stories260k${needsSharedData}`, () => {
  test('adds BOS by itself, but not to a text that has it', async () => {
    const folder = join(root, 'stories');
    cpSync(STORIES, folder, { recursive: true });
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.addsBos).toBe(true);
    expect(tokenizer.encode('Once upon a time')).toEqual([1, 403, 407, 261, 378]);
    expect(tokenizer.encode('<s>Once upon')[0]).toBe(1);
    expect(tokenizer.encode('<s>Once upon').filter((id) => id === 1)).toHaveLength(1);
    expect(tokenizer.encode('Once', { addSpecialTokens: false })[0]).not.toBe(1);
    expect(tokenizer.decode(tokenizer.encode('Once upon a time'))).toBe('Once upon a time');
  });

  test('marks a word once where a space stands already, as transformers 5 reads a legacy Llama tokenizer', async () => {
    const tokenizer = await loadTokenizer(STORIES);
    // ▁a ▁ <unk> ▁b: the file's own normalizer would put a "▁" before " b".
    expect(tokenizer.encode('a <unk> b')).toEqual([1, 261, 410, 0, 268]);
    expect(tokenizer.encode(' a')).toEqual(tokenizer.encode('a'));
  });
});
