import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelTokenizer, importModel, loadTokenizer } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decoder, argmax, logProbability } from '../support/decoder.ts';
import { GOLDEN, STORIES, hasSharedData, needsSharedData } from '../support/shared-data.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Request {
  name: string;
  context: string;
  continuation: string;
  logLikelihood: number;
  greedy: boolean;
}

const MAX_LENGTH = 512;

/** Scored pairs of text with what lm-evaluation-harness 0.4.13 gave them. */
function goldenRequests(tasks: readonly string[], documents: number): Request[] {
  const samples = readFileSync(GOLDEN, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return samples
    .filter(({ task, doc_id }) => tasks.includes(task) && doc_id < documents)
    .flatMap(({ task, doc_id, arguments: args, resps }) =>
      Object.values(args as Record<string, { arg_0: string; arg_1: string }>).map(
        ({ arg_0, arg_1 }, choice) => {
          const [logLikelihood, greedy] = resps[choice][0] as [string, string];
          return {
            name: `${task} ${doc_id} choice ${choice}`,
            context: arg_0,
            continuation: arg_1,
            logLikelihood: Number(logLikelihood),
            greedy: greedy === 'True',
          };
        },
      ),
    );
}

/** The pair as tokens: the context's trailing spaces move over, and the whole text is split by the context's length. */
function splitTokens(tokenizer: ModelTokenizer, context: string, continuation: string): [number[], number] {
  const spaces = context.length - context.trimEnd().length;
  const moved = context.slice(context.length - spaces) + continuation;
  const kept = context.slice(0, context.length - spaces);
  const whole = tokenizer.encode(kept + moved);
  return [whole, whole.length - tokenizer.encode(kept).length];
}

describe.skipIf(!hasSharedData)(`stories260k, imported${needsSharedData}`, () => {
  const root = temporaryFolder();
  let decoder: Decoder;
  let tokenizer: ModelTokenizer;

  beforeAll(async () => {
    const { folder } = await importModel({ source: STORIES, folder: join(root, 'model') });
    decoder = await Decoder.open(folder);
    tokenizer = await loadTokenizer(folder);
  });
  afterAll(() => decoder?.close());

  test('scores continuations as lm-evaluation-harness does, within 1e-4', async () => {
    const requests = goldenRequests(
      ['arc_easy_val', 'winogrande_val', 'sciq_val', 'lambada_openai_local'],
      12,
    );
    expect(requests.length).toBeGreaterThan(100);
    for (const { name, context, continuation, logLikelihood, greedy } of requests) {
      const [whole, scored] = splitTokens(tokenizer, context, continuation);
      const tokens = whole.slice(-(MAX_LENGTH + 1));
      const step = await decoder.run([tokens.slice(0, -1)]);
      let sum = 0;
      let isGreedy = true;
      for (let index = tokens.length - scored; index < tokens.length; index++) {
        const logits = step.at(0, index - 1);
        sum += logProbability(logits, tokens[index]!);
        isGreedy &&= argmax(logits) === tokens[index];
      }
      expect(Math.abs(sum - logLikelihood), name).toBeLessThan(1e-4);
      expect(isGreedy, name).toBe(greedy);
    }
  });

  test('continues "Once upon a time" as the original does, token by token with the cache', async () => {
    const tokens = tokenizer.encode('Once upon a time');
    expect(tokens[0]).toBe(1);
    let step = await decoder.run([tokens]);
    let position = tokens.length - 1;
    for (let count = 0; count < 20; count++) {
      tokens.push(argmax(step.at(0, position)));
      step = await decoder.run([tokens.slice(-1)], step);
      position = 0;
    }
    expect(tokenizer.decode(tokens)).toMatch(/^Once upon a time, there was a little girl named Lily/);
  });
});
