import { QuantloopError } from '@quantloop/core';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { connectionFailure, Passing, statusFailure } from './server-failure.ts';
import { withRetries } from './with-retries.ts';

export interface AskOptions<Schema extends z.ZodType> {
  connection: Connection;
  /** Below `/v1`. */
  path: string;
  /** Sent as JSON. @default none: a GET */
  body?: unknown;
  answer: Schema;
  signal?: AbortSignal;
}

/** One answer, checked. What fails in passing is tried again. */
export function askServer<Schema extends z.ZodType>(options: AskOptions<Schema>): Promise<z.output<Schema>> {
  return withRetries(async () => {
    const { connection, path, answer } = options;
    const response = await send(options);
    const text = await response.text().catch((error: unknown) => {
      throw connectionFailure(error, path, connection);
    });
    return parseAnswer(text, answer, path);
  }, options.signal);
}

/**
 * The events of one stream, checked. Not tried again from here: what has been read cannot be taken back.
 *
 * @throws Passing where the stream breaks off before its `[DONE]`.
 */
export async function* streamFromServer<Schema extends z.ZodType>(
  options: AskOptions<Schema>,
): AsyncGenerator<z.output<Schema>> {
  const { connection, path, answer } = options;
  const response = await send(options);
  const events = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  try {
    for await (const { data } of events) {
      if (data === '[DONE]') return;
      const refused = Refusal.safeParse(safeJson(data));
      if (refused.success) throw broken(path, refused.data.error.message);
      yield parseAnswer(data, answer, path);
    }
  } catch (error) {
    throw connectionFailure(error, path, connection);
  }
  throw broken(path, 'the stream broke off before its end');
}

const Refusal = z.object({ error: z.object({ message: z.string() }) });

async function send({ connection, path, body, signal }: AskOptions<z.ZodType>): Promise<Response> {
  const { url, apiKey, timeout, ended } = connection;
  const signals = [AbortSignal.timeout(timeout * 1000), signal, ended].filter((one) => one !== undefined);
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.value}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any(signals),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw connectionFailure(error, path, connection);
  });
  if (response.ok) return response;
  throw await statusFailure(response, path, connection);
}

function parseAnswer<Schema extends z.ZodType>(text: string, schema: Schema, path: string): z.output<Schema> {
  const json = safeJson(text);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem =
    json === undefined
      ? 'is not JSON'
      : `is not as expected at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`;
  throw new QuantloopError({
    code: 'unsupported',
    message: `${path}: the answer ${problem}: ${text.slice(0, 200)}`,
    hint: 'The server must speak OpenAI’s protocol.',
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(path: string, problem: string): Passing {
  return new Passing(
    new QuantloopError({
      code: 'worker-lost',
      message: `${path}: ${problem}`,
      hint: 'See the log of the server, and what stands between it and this machine.',
    }),
  );
}
