import { QuantloopError } from '@quantloop/core';
import type { Generation } from '../engine.ts';
import { streamFromServer } from './ask-server.ts';
import { CompletionAnswer } from './completion-answer.ts';
import type { Extras } from './extras.ts';
import type { ReachedServer } from './reach-server.ts';
import { withRetries } from './with-retries.ts';

const seconds = () => performance.now() / 1000;

export interface TimedCompletionOptions {
  server: ReachedServer;
  extras: Extras;
  prompt: Int32Array;
  newTokens: number;
  signal?: AbortSignal;
}

/**
 * Streams a completion and notes when each token came over the wire. One that was turned away or broke off is begun
 * anew, with a clock of its own.
 */
export function timedCompletion(options: TimedCompletionOptions): Promise<Generation> {
  return withRetries(() => timeOnce(options), options.signal);
}

async function timeOnce({
  server,
  extras,
  prompt,
  newTokens,
  signal,
}: TimedCompletionOptions): Promise<Generation> {
  const { connection, model } = server;
  const events = streamFromServer({
    connection,
    path: '/completions',
    body: {
      model: model.name,
      prompt: Array.from(prompt),
      max_tokens: newTokens,
      temperature: 0,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true },
      ...extras.tokenIds,
    },
    answer: CompletionAnswer,
    ...(signal === undefined ? {} : { signal }),
  });
  /** When an event came, and how many tokens it says it has. */
  const parts: { at: number; tokens: number | undefined }[] = [];
  let counted: number | undefined;
  const start = seconds();
  for await (const { choices, usage } of events) {
    const at = seconds();
    counted = usage?.completion_tokens ?? counted;
    const [choice] = choices;
    if (choice === undefined) continue;
    const tokens = choice.token_ids?.length;
    if (tokens === 0 || (tokens === undefined && choice.text === '' && choice.finish_reason != null))
      continue;
    parts.push({ at, tokens });
  }
  return { start, arrivals: arrivalsOf(parts, counted ?? newTokens, newTokens) };
}

/**
 * The time of each token. Events that do not say how many tokens they have share them equally, the later ones taking
 * what is over: a server holds a token back while its text is incomplete, and sends it with the next.
 */
function arrivalsOf(
  parts: readonly { at: number; tokens: number | undefined }[],
  counted: number,
  newTokens: number,
): number[] {
  const exact = parts.every(({ tokens }) => tokens !== undefined);
  const arrivals = parts.flatMap(({ at, tokens }, i) => {
    const share = Math.floor(((i + 1) * counted) / parts.length) - Math.floor((i * counted) / parts.length);
    return Array.from({ length: exact ? tokens! : share }, () => at);
  });
  if (arrivals.length === newTokens) return arrivals;
  throw new QuantloopError({
    code: 'unsupported',
    message: `the server generated ${arrivals.length} tokens where ${newTokens} were asked for with ignore_eos`,
    hint: 'Its times would not be comparable: use a server that takes ignore_eos.',
  });
}
