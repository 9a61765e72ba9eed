import { digestOfJson } from '@quantloop/artifacts';
import { Prompt, PromptAnswers, QuantloopError, type Answer, type FidelityCheck } from '@quantloop/core';
import { loadChatTemplate } from '@quantloop/models';
import type { z } from 'zod';
import type { CheckContext, CheckRunner } from '../check-runner.ts';
import { chunkSize } from '../chunk-size.ts';
import { checkpointedChunks } from '../checkpointed-chunks.ts';
import type { FidelityItems, PromptsItems } from '../fidelity-items.ts';
import { allJsonLines } from '../tasks/data/read-json.ts';
import type { GeneratedText } from '../tasks/task-model.ts';
import { encodePrompt, type EncodedPrompt } from './encode-prompt.ts';
import { findFaults } from './find-faults.ts';
import { firstDifference } from './first-difference.ts';
import { metricsOfAnswers } from './prompt-metrics.ts';

type PromptsCheck = Extract<FidelityCheck, { kind: 'prompts' }>;

/** Prompts answered together and checkpointed as one, at most. */
const CHUNK = 8;

const Answered: z.ZodType<Answered> = PromptAnswers.shape.answers.element;

/** Answers prompts greedily, and at random where asked to, and sets each beside the baseline's. */
export const preparePromptsCheck: CheckRunner<'prompts'> = async (check, index, context) => {
  const { job, model, folder } = context;
  const template = await loadChatTemplate(folder);
  const lines = await allJsonLines(await job.store.file(check.text));
  const prompts = lines.map((line, i) =>
    encodePrompt(Prompt.parse(line.prompt), {
      tokenizer: model.tokenizer,
      template,
      chat: check.chat ?? true,
      room: model.maxLength - check.newTokens,
      place: `prompt ${i + 1}`,
    }),
  );
  const asked = digestOfJson({ ...check, seed: seedOf(check, context) });
  const baseline = context.baseline && baselineAnswers(asked, context.baseline.items.checks);
  const known = answersIn(context.known, asked);
  return {
    size: known === undefined ? prompts.length : 0,
    known: known?.answers.length ?? 0,
    run: async () => {
      const own = known?.answers ?? (await answerAll(prompts, { check, index, context }));
      const answers = own.map((answer, i) => besideBaseline(answer, baseline?.answers[i]));
      return {
        metrics: metricsOfAnswers({ answers }, baseline),
        items: [{ kind: 'prompts', asked, answers }],
        tasks: [],
        provenance: {
          'prompts.text': check.text.digest,
          'prompts.chat_template': template !== undefined && check.chat !== false,
          ...(check.sampling !== undefined && { 'prompts.seed': seedOf(check, context) }),
        },
      };
    },
  };
};

type Answered = PromptAnswers['answers'][number];

function answerAll(
  prompts: readonly EncodedPrompt[],
  { check, index, context }: { check: PromptsCheck; index: number; context: CheckContext },
): Promise<Answered[]> {
  return checkpointedChunks({
    context: context.job,
    name: `${index}.prompts`,
    items: prompts,
    size: chunkSize(prompts.length, CHUNK),
    schema: Answered,
    compute: async (some, first) => {
      const greedy = await answersTo(some, undefined, { check, context });
      const sampled =
        check.sampling && (await answersTo(some, seedOf(check, context) + first, { check, context }));
      return some.map(({ text }, i) => ({
        prompt: text,
        greedy: greedy[i]!,
        ...(sampled !== undefined && { sampled: sampled[i]! }),
      }));
    },
    onDone: (count) => context.advance(count, 'prompts'),
  });
}

const seedOf = ({ sampling }: PromptsCheck, { seed }: CheckContext) => sampling?.seed ?? seed;

/** One answer a prompt; at random with `seed` for the first, the next number for the next. */
async function answersTo(
  prompts: readonly EncodedPrompt[],
  seed: number | undefined,
  { check, context }: { check: PromptsCheck; context: CheckContext },
): Promise<Answer[]> {
  const { model, job } = context;
  const generated = await model.generate({
    prompts: prompts.map(({ tokens }) => tokens),
    maxNewTokens: check.newTokens,
    until: [],
    ...(seed !== undefined && { sampling: prompts.map((_, i) => ({ ...check.sampling, seed: seed + i })) }),
    signal: job.signal,
  });
  return generated.map((answer, i) => withFaults(answer, prompts[i]!.said, context));
}

function withFaults(answer: GeneratedText, prompt: string, { model }: CheckContext): Answer {
  const { text, tokens } = answer;
  const shown = model.tokenizer.decode(tokens);
  const written = model.tokenizer.decode(tokens, { skipSpecialTokens: false });
  // A server that keeps its tokens to itself has left special ones out already.
  const raw = shown === text ? written : text;
  return { text, tokens: [...tokens], faults: findFaults({ ...answer, raw }, prompt) };
}

function besideBaseline({ prompt, greedy, sampled }: Answered, theirs: Answered | undefined): Answered {
  return {
    prompt,
    greedy: compared(greedy, theirs?.greedy),
    ...(sampled !== undefined && { sampled: compared(sampled, theirs?.sampled) }),
  };
}

function compared({ difference: _, ...answer }: Answer, baseline: Answer | undefined): Answer {
  const difference = baseline && firstDifference(answer, baseline);
  return { ...answer, ...(difference !== undefined && { difference }) };
}

function answersIn(checks: FidelityItems['checks'], asked: string): PromptsItems | undefined {
  return checks.find((check): check is PromptsItems => check.kind === 'prompts' && check.asked === asked);
}

function baselineAnswers(asked: string, checks: FidelityItems['checks']): PromptsItems {
  const found = answersIn(checks, asked);
  if (found !== undefined) return found;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: 'prompts: the baseline was not asked these prompts in this way',
    hint: 'Measure the baseline with the same checks.',
  });
}
