import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Asked {
  path: string;
  body: { prompt?: number[]; max_tokens?: number; stream?: boolean } & Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

/** A server that answers as the test says; it lists one model. Returns its `/v1`, and what it was asked. */
export async function httpServer(
  answer: (asked: Asked, response: ServerResponse, count: number) => unknown,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url!.replace('/v1', '');
    const body = await text(request);
    if (path === '/models') return response.end(JSON.stringify({ data: [{ id: 'model' }] }));
    const one = { path, body: JSON.parse(body) as Asked['body'], headers: request.headers };
    asked.push(one);
    const given = await answer(one, response, asked.length);
    if (given !== undefined) response.end(typeof given === 'string' ? given : JSON.stringify(given));
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}
