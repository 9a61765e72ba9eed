import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { CampaignView } from '../view/campaign-view.ts';

export interface SendViewsOptions {
  look: () => Promise<CampaignView>;
  /** Milliseconds. */
  every: number;
}

/** Sends a campaign's view as a server-sent event whenever it has changed, until the reader leaves. */
export function sendViews(reply: FastifyReply, options: SendViewsOptions): FastifyReply {
  const left = new AbortController();
  reply.raw.on('close', () => left.abort());
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(Readable.from(events(options, left.signal)));
}

async function* events({ look, every }: SendViewsOptions, left: AbortSignal): AsyncGenerator<string> {
  let sent = '';
  while (!left.aborted) {
    const event = await look().then(
      (view) => `data: ${JSON.stringify(view)}\n\n`,
      // The page goes on with what it has, and says why it is old.
      (error: Error) => `event: trouble\ndata: ${JSON.stringify({ message: error.message })}\n\n`,
    );
    // A comment keeps the connection, and finds out whether anybody is there.
    yield event === sent ? ':\n\n' : event;
    sent = event;
    await sleep(every, undefined, { signal: left }).catch(() => {});
  }
}
