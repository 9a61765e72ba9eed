import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DatasetHub {
  endpoint: string;
  /** `GET /path`, in order. */
  requests: string[];
  close(): Promise<void>;
}

const COMMIT = 'a'.repeat(40);

/** The part of the hub's HTTP interface that reading a data set uses, over one repository with one branch. */
export async function startDatasetHub(options: {
  repo: string;
  branch: string;
  files: Record<string, Buffer>;
}): Promise<DatasetHub> {
  const { repo, branch, files } = options;
  const requests: string[] = [];
  const entry = (path: string) => ({
    type: 'file',
    path,
    size: files[path]!.length,
    oid: createHash('sha1').update(files[path]!).digest('hex'),
  });
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://hub').pathname);
    requests.push(`${request.method} ${path}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const api = `/api/datasets/${repo}`;
    const resolved = `/datasets/${repo}/resolve/${COMMIT}/`;
    if (path === `${api}/revision/${branch}`) json(200, { _id: '1', id: repo, sha: COMMIT });
    else if (path === `${api}/tree/${COMMIT}`) json(200, Object.keys(files).map(entry));
    else if (path === `${api}/paths-info/${COMMIT}`) {
      const { paths } = JSON.parse(Buffer.concat(chunks).toString()) as { paths: string[] };
      json(200, paths.map(entry));
    } else if (path.startsWith(resolved) && files[path.slice(resolved.length)] !== undefined) {
      const name = path.slice(resolved.length);
      const bytes = files[name]!;
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
      const part = range === null ? bytes : bytes.subarray(Number(range[1]), Number(range[2]) + 1);
      const headers = {
        etag: `"${entry(name).oid}"`,
        'content-range': `bytes ${range?.[1] ?? 0}-${range?.[2] ?? bytes.length - 1}/${bytes.length}`,
      };
      response.writeHead(206, headers).end(part);
    } else json(404, { error: 'Repository not found' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
