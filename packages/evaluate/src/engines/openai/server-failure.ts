import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import type { Connection } from './connection.ts';

/** A failure that another attempt may mend. */
export class Passing extends Error {
  readonly failure: QuantloopError;
  /** Seconds that the server asks to be left alone. */
  readonly retryAfter: number | undefined;

  constructor(failure: QuantloopError, retryAfter?: number) {
    super(failure.message);
    this.failure = failure;
    this.retryAfter = retryAfter;
  }
}

const PASSING = [408, 425, 429, 500, 502, 503, 504];

const Body = z.object({
  error: z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]),
});

/** What a status other than 200 means. */
export async function statusFailure(
  response: Response,
  what: string,
  { apiKey }: Connection,
): Promise<QuantloopError | Passing> {
  const { status, headers } = response;
  const words = serversWords(await response.text().catch(() => ''));
  const message = `${what}: the server answered ${status}${words === '' ? '' : `: ${words}`}`;
  if (PASSING.includes(status)) {
    const failure = new QuantloopError({
      code: status === 408 || status === 504 ? 'timeout' : 'worker-lost',
      message,
      hint: 'See the log of the server; it may be overloaded.',
    });
    return new Passing(failure, secondsOf(headers.get('retry-after')));
  }
  const keyHint =
    apiKey === undefined
      ? 'Name the variable that holds the key: engine.apiKeyEnv.'
      : `See whether ${apiKey.variable} holds the right key.`;
  return new QuantloopError({
    code: 'invalid-spec',
    message,
    hint:
      status === 401 || status === 403
        ? keyHint
        : 'See whether url and model are right, and what the server says.',
  });
}

/** What a request that got no answer, or only a part of one, means. */
export function connectionFailure(
  error: unknown,
  what: string,
  { url, timeout }: Connection,
): QuantloopError | Passing {
  if (error instanceof QuantloopError || error instanceof Passing) return error;
  if ((error as Error).name === 'TimeoutError') {
    return new Passing(
      new QuantloopError({
        code: 'timeout',
        message: `${what}: no whole answer within ${timeout} s`,
        hint: 'Raise engine.timeout, or lower engine.concurrency.',
        cause: error,
      }),
    );
  }
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return new Passing(
    new QuantloopError({
      code: 'worker-lost',
      message: `${what}: ${cause?.code ?? cause?.message ?? message} (${url})`,
      hint: 'See whether the server runs and can be reached from this machine.',
      cause: error,
    }),
  );
}

function serversWords(text: string): string {
  let words = text;
  try {
    words = Body.parse(JSON.parse(text)).error;
  } catch {
    // Some servers answer with plain text or a page.
  }
  return words.trim().slice(0, 500);
}

/** Seconds, or a date. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
