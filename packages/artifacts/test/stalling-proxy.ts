import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StallingProxy extends AsyncDisposable {
  /** Requests so far of a method for a blob. */
  asked(method: string, digest: string): number;
  /** So many parts have gone through, and a further one is held back. */
  stalled: Promise<void>;
  letAll(): void;
}

/** What of a blob's parts goes through before the rest is held back. */
export interface Stall {
  method: 'GET' | 'PUT';
  after: number;
}

/** Stands between this process, with those it starts, and the S3 server; counts, and holds back what it is told to. */
export async function stallingProxy(stall?: Stall): Promise<StallingProxy> {
  const target = new URL(process.env['AWS_ENDPOINT_URL']!);
  const asked: { method: string; url: string }[] = [];
  let [passed, done, held] = [0, 0, 0];
  let stalling = stall !== undefined;
  let stop = () => {};
  const stalled = new Promise<void>((resolve) => (stop = resolve));
  const look = () => {
    if (held > 0 && done >= (stall?.after ?? 0)) stop();
  };
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    asked.push({ method, url });
    const isPart = url.includes('partNumber=') || incoming.headers.range !== undefined;
    if (stalling && isPart && method === stall?.method && passed++ >= stall.after) {
      held++;
      return look();
    }
    // The signature covers the host's name: it goes on as it came.
    const answer = (reply: IncomingMessage) => {
      outgoing.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(outgoing as ServerResponse);
      outgoing.on('finish', () => {
        if (isPart) done++;
        look();
      });
    };
    const { hostname, port } = target;
    const onward = request({ hostname, port, method, path: url, headers: incoming.headers }, answer);
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked: (method, digest) =>
      asked.filter((each) => each.method === method && each.url.includes(digest.slice('sha256:'.length)))
        .length,
    stalled,
    letAll: () => (stalling = false),
    async [Symbol.asyncDispose]() {
      process.env['AWS_ENDPOINT_URL'] = target.origin;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
