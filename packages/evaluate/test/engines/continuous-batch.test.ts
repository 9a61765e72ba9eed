import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { demoModelFolder, demoTasksFolder, importModel, loadTokenizer } from '@quantloop/models';
import { ContinuousBatch, generateGreedy, openSession } from '@quantloop/runtime';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';

const STORIES = fileURLToPath(new URL('../../../../../shared/data/models/stories260k', import.meta.url));
const needsStories = existsSync(STORIES) ? '' : ' (skipped: needs ../shared/data)';

/** Real texts, long enough to be cut anywhere. */
async function storyTokens(encode: (text: string) => number[]): Promise<number[][]> {
  const lines = await readFile(join(demoTasksFolder(), 'data', 'stories.jsonl'), 'utf8');
  const texts = lines.trim().split('\n').slice(0, 40);
  return texts.map((line) => encode((JSON.parse(line) as { text: string }).text));
}

async function servesAsAlone(source: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-serving-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const { folder } = await importModel({ source, folder: join(root, 'model') });
  const session = await openSession({ folder, engine: { kind: 'onnxruntime', provider: 'cpu', threads: 2 } });
  onTestFinished(() => session.release());
  const tokenizer = await loadTokenizer(folder);
  const stories = await storyTokens((text) => tokenizer.encode(text));
  const arrival = fc.record({
    story: fc.nat(stories.length - 1),
    length: fc.integer({ min: 1, max: 60 }),
    maxNewTokens: fc.integer({ min: 1, max: 40 }),
    after: fc.nat(10),
  });
  const { eosIds } = tokenizer;
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 2, max: 5 }),
      async (arrivals, maxBatch) => {
        await using batch = new ContinuousBatch({ session, maxLength: 128, maxBatch, prefillTokens: 16 });
        const requests = arrivals.map(({ story, length, maxNewTokens }) => ({
          prompt: stories[story]!.slice(0, length),
          maxNewTokens,
          eosIds,
        }));
        const served = arrivals.map(async ({ after }, i) => {
          for (let turn = 0; turn < after + i; turn++) await nextTurn();
          const tokens: number[] = [];
          for await (const { token } of batch.submit(requests[i]!)) tokens.push(token);
          return tokens;
        });
        const together = await Promise.all(served);
        for (const [i, { prompt, maxNewTokens }] of requests.entries()) {
          const [alone] = await generateGreedy({ session, prompts: [prompt], maxNewTokens, eosIds });
          expect(together[i]).toEqual(alone);
        }
      },
    ),
    { numRuns: 12 },
  );
}

test('requests to the demo model that come and go get the tokens they get alone', () =>
  servesAsAlone(demoModelFolder()));

test.skipIf(needsStories !== '')(
  `requests to stories260k that come and go get the tokens they get alone${needsStories}`,
  () => servesAsAlone(STORIES),
);
