import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { toApiError } from './to-api-error.ts';

/**
 * Sends server-sent events, the last of them `[DONE]`, as fast as the client reads. A failure under way is an event of
 * its own, after which the stream ends without `[DONE]`.
 */
export function sendEvents(reply: FastifyReply, events: AsyncIterable<unknown>): FastifyReply {
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(Readable.from(encode(events)));
}

async function* encode(events: AsyncIterable<unknown>): AsyncGenerator<string> {
  try {
    for await (const event of events) yield `data: ${JSON.stringify(event)}\n\n`;
    yield 'data: [DONE]\n\n';
  } catch (error) {
    yield `data: ${JSON.stringify(toApiError(error))}\n\n`;
  }
}
