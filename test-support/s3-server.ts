import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findVersitygw } from './versitygw.ts';

/** For the titles of tests that are skipped without a server. */
export const S3_MISSING =
  findVersitygw() === undefined ? ' (needs versitygw: npm test builds it with Go)' : '';

/** A real S3 server on loopback, over a folder. */
export interface S3Server {
  bucket: string;
  /** The bucket's objects, as files. */
  files: string;
  /** What a process needs to use it: endpoint, region, credentials. */
  env: Record<string, string>;
  /** A line for each request, in the form of Amazon's own server access logs; operations have names of its own. */
  accessLog: string;
  stop(): Promise<void>;
  /** Starts again after `stop`, on the same port with the same content. */
  start(): Promise<void>;
}

export async function startS3Server(folder: string): Promise<S3Server> {
  const program = findVersitygw()!;
  const bucket = 'quantloop-tests';
  const files = join(folder, 'data', bucket);
  await mkdir(files, { recursive: true });
  const port = await freePort();
  const access = randomBytes(8).toString('hex');
  const secret = randomBytes(16).toString('hex');
  const accessLog = join(folder, 'access.log');
  const args = [
    '--port',
    `127.0.0.1:${port}`,
    '--quiet',
    '--access-log',
    accessLog,
    'posix',
    join(folder, 'data'),
  ];
  const ROOT = { ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret };
  let child: ChildProcess | undefined;
  const start = async () => {
    const started = spawn(program, args, { env: { ...process.env, ...ROOT }, stdio: 'ignore' });
    child = started;
    for (;;) {
      if (started.exitCode !== null) throw new Error(`versitygw ended with code ${started.exitCode}`);
      if (await answers(port)) return;
      await sleep(10);
    }
  };
  await start();
  return {
    bucket,
    files,
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
    },
    accessLog,
    start,
    stop: async () => {
      const ending = child;
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
