import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration } from '@quantloop/core';
import { demoModelFolder, loadTokenizer } from '@quantloop/models';
import { readCalibration } from '@quantloop/quantize';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/model-folder.ts';

const TEXTS = [
  'Paul has a yellow book.',
  '12+83=59 so 95',
  'Ruth likes to eat berries.',
  'Paul has a blue kite.',
];
const text = { digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/jsonl' };

let file: string;
/** Each text as the model's tokenizer gives it. */
let encoded: number[][];
beforeAll(async () => {
  file = await textFile(TEXTS.map((each) => JSON.stringify({ text: each })));
  const tokenizer = await loadTokenizer(demoModelFolder());
  encoded = TEXTS.map((each) => tokenizer.encode(each));
});

async function textFile(lines: string[]): Promise<string> {
  const path = join(await temporaryFolder(), 'texts.jsonl');
  await writeFile(path, lines.join('\n'));
  return path;
}

const read = async (asked: Partial<Calibration>, from = file, folder = demoModelFolder()) => {
  const complete = { text, samples: 128, tokens: 512, seed: 0, ...asked };
  return (await readCalibration({ folder, file: from, asked: complete })).sequences;
};

describe('calibration texts', () => {
  test('become sequences as the tokenizer makes them, its special tokens included', async () => {
    const { bosId } = await loadTokenizer(demoModelFolder());
    expect(await read({})).toEqual(encoded);
    expect(encoded.map(([first]) => first)).toEqual(TEXTS.map(() => bosId));
  });

  test('are the first of the file with seed 0, each cut to the tokens asked for', async () => {
    expect(await read({ samples: 2, tokens: 5 })).toEqual(encoded.slice(0, 2).map((ids) => ids.slice(0, 5)));
  });

  test('are drawn with any other seed, the same each time, none twice, in the order of the file', async () => {
    const draws = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const drawn = await read({ samples: 2, seed });
      expect(await read({ samples: 2, seed })).toEqual(drawn);
      const places = drawn.map((ids) => encoded.findIndex((each) => each.join() === ids.join()));
      expect(places[0]).toBeGreaterThanOrEqual(0);
      expect(places[1]).toBeGreaterThan(places[0]!);
      draws.add(places.join());
    }
    // All pairs of four texts come up.
    expect(draws.size).toBe(6);
  });

  test('are all taken where there are fewer than asked for, whatever the seed', async () => {
    expect(await read({ samples: 5, seed: 9 })).toEqual(encoded);
  });

  test('that are blank do not count', async () => {
    const blank = ['', ' \n'].map((each) => JSON.stringify({ text: each }));
    const mixed = await textFile([...blank, ...TEXTS.map((each) => JSON.stringify({ text: each })), '']);
    expect(await read({ samples: 1 }, mixed)).toEqual([encoded[0]]);
    await expect(read({}, await textFile(blank))).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining('holds no text'),
    });
  });

  test.each([
    ['another field', '{"txt": "a"}'],
    ['no JSON', 'Paul has a book.'],
    ['no text', '{"text": 3}'],
    ['null', 'null'],
  ])('with a line of %s are refused, naming the line', async (_, line) => {
    const bad = await textFile([JSON.stringify({ text: 'a' }), line]);
    await expect(read({}, bad)).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining('Line 2'),
    });
  });

  test('are cut at what the model reads at once', async () => {
    const folder = await temporaryFolder();
    await cp(demoModelFolder(), folder, { recursive: true });
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object;
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, max_position_embeddings: 3 }));
    expect(await read({}, file, folder)).toEqual(encoded.map((ids) => ids.slice(0, 3)));
  });

  test('of a model without tokenizer are refused, naming the missing file', async () => {
    const folder = await temporaryFolder();
    await cp(demoModelFolder(), folder, { recursive: true });
    await rm(join(folder, 'tokenizer.json'));
    await expect(read({}, file, folder)).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be turned into tokens\. .*tokenizer\.json cannot be found/),
      hint: expect.stringContaining('tokenizer.json'),
    });
  });
});
