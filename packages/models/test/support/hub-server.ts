import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubServer {
  endpoint: string;
  /** `GET /path`, in order. */
  requests: string[];
  /** Answers downloads with half of the bytes that were asked for. */
  truncates: boolean;
  close(): Promise<void>;
}

/** The part of the hub's HTTP interface that a download uses, over one repository in memory. */
export async function startHub(options: {
  repo: string;
  branch: string;
  commit: string;
  files: Record<string, Buffer>;
  /** When set, requests without this token are refused. */
  token?: string;
}): Promise<HubServer> {
  const { repo, branch, commit, files, token } = options;
  const oid = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');
  const entry = (path: string) => ({ type: 'file', path, size: files[path]!.length, oid: oid(files[path]!) });
  const hub: Pick<HubServer, 'requests' | 'truncates'> = { requests: [], truncates: false };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, 'http://hub');
    const path = decodeURIComponent(url.pathname);
    hub.requests.push(`${request.method} ${path}`);
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return json(401, { error: 'gated' });
    const api = `/api/models/${repo}`;
    for (const revision of [branch, commit]) {
      if (path === `${api}/revision/${revision}`) return json(200, { _id: '1', id: repo, sha: commit });
      if (path === `${api}/tree/${revision}`) return json(200, Object.keys(files).map(entry));
      if (path === `${api}/paths-info/${revision}`) {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { paths } = JSON.parse(Buffer.concat(chunks).toString()) as { paths: string[] };
        return json(200, paths.map(entry));
      }
      const resolved = `/${repo}/resolve/${revision}/`;
      const bytes = path.startsWith(resolved) ? files[path.slice(resolved.length)] : undefined;
      if (bytes !== undefined) {
        const [, from = 0, to = bytes.length - 1] = (
          /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
        ).map(Number);
        const part = bytes.subarray(from, to + 1);
        const headers = { etag: `"${oid(bytes)}"`, 'content-range': `bytes ${from}-${to}/${bytes.length}` };
        response
          .writeHead(206, headers)
          .end(hub.truncates && part.length > 1 ? part.subarray(0, part.length / 2) : part);
        return;
      }
    }
    json(404, { error: 'Repository not found' });
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(hub, {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
