import { z } from 'zod';
import { ArtifactRef } from '../board/artifact-ref.ts';
import { TextSource } from './evaluation.ts';
import { Quantity } from './quantity.ts';
import { Name } from './target.ts';
import { tokenCount } from './token-count.ts';

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((value) => [value]), z.array(item).min(1)]);

/** How the requests of `server` come. */
export const ServerLoad = z.union([
  /** Closed loop: so many clients, each with its next request as soon as the last is answered. */
  z.strictObject({ concurrency: oneOrMore(z.int().positive()) }),
  /** Open loop: so many requests a second in the mean, at intervals drawn from an exponential distribution. */
  z.strictObject({ rate: oneOrMore(z.number().positive()) }),
  /** From one client or `from` requests a second upwards, doubled until more brings no more. */
  z.strictObject({ sweep: z.strictObject({ concurrency: z.strictObject({ max: z.int().positive() }) }) }),
  z.strictObject({
    sweep: z.strictObject({
      rate: z.strictObject({ from: z.number().positive(), max: z.number().positive() }),
    }),
  }),
]);
export type ServerLoad = z.output<typeof ServerLoad>;

const Seconds = Quantity.refine(({ value, relative }) => value > 0 && !relative, {
  error: 'write a duration above zero, such as 200 ms',
});

/** Limits that a request meets all together or not at all. */
export const Slo = z
  .strictObject({ ttft: Seconds.optional(), tpot: Seconds.optional(), e2e: Seconds.optional() })
  .refine((slo) => Object.keys(slo).length > 0, { error: 'name at least one of ttft, tpot, e2e' });
export type Slo = z.output<typeof Slo>;

/** The load shapes, in MLPerf's names; real prompts are texts of a file, or an artifact once resolved. */
function scenarioOf<Texts extends z.ZodType>(texts: Texts) {
  const prompts = {
    /** Tokens of random prompts. Either this or `prompts`. */
    promptTokens: tokenCount(1).optional(),
    /** Real prompts, taken in order; those that leave no room for the new tokens are left out. */
    prompts: texts.optional(),
  };
  const eitherPrompts = (scenario: { promptTokens?: unknown; prompts?: unknown }) =>
    (scenario.promptTokens === undefined) !== (scenario.prompts === undefined);
  const either = { error: 'give either promptTokens or prompts', path: ['promptTokens'] };
  return z.discriminatedUnion('scenario', [
    z
      .strictObject({
        scenario: z.literal('single-stream'),
        name: Name.default('single-stream'),
        ...prompts,
        newTokens: z.int().min(2),
        /** Measured requests of each model; baseline and candidate alternate. */
        requests: z.int().min(3).default(10),
      })
      .refine(eitherPrompts, either),
    z
      .strictObject({
        scenario: z.literal('offline'),
        name: Name.default('offline'),
        ...prompts,
        newTokens: z.int().min(2),
        batch: oneOrMore(z.int().positive()),
        /** Measured batches of each model and batch size. */
        repetitions: z.int().min(3).default(5),
      })
      .refine(eitherPrompts, either),
    z
      .strictObject({
        scenario: z.literal('server'),
        name: Name.default('server'),
        ...prompts,
        newTokens: tokenCount(2),
        load: ServerLoad,
        /** Requests of a round. */
        requests: z.int().min(2).default(32),
        /** No request of a round is sent after so long. @default until all have been sent */
        duration: Seconds.optional(),
        /** Measured rounds of each model and load; baseline and candidate alternate. */
        repetitions: z.int().min(3).default(3),
        slo: Slo.optional(),
      })
      .refine(eitherPrompts, either),
  ]);
}

/** As written in a campaign file. */
export const ScenarioItem = scenarioOf(TextSource);
export type ScenarioItem = z.output<typeof ScenarioItem>;

/** Resolved: everything a worker needs, by reference. `prompts` are JSON lines with the field `text`. */
export const Scenario = scenarioOf(ArtifactRef);
export type Scenario = z.output<typeof Scenario>;
