import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type JournalEntry } from '@quantloop/artifacts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3_MISSING, startS3Server, type S3Server } from '../../../test-support/s3-server.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { descendants, killAtOnce } from './crash/processes.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

const temporalMissing = findTemporalCli() === undefined ? ' (needs the Temporal CLI: npm run setup)' : '';
const missing = S3_MISSING + temporalMissing;

/** Bytes that come with one request. */
const RANGE = 8 * 2 ** 20;

const CAMPAIGN = `campaign: far
models: [{ id: tiny, source: builtin:demo }]
targets:
  - { id: one, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }
  - { id: two, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }
evaluation:
  fidelity: [{ task: demo_stories, limit: 60 }, { task: demo_agreement, limit: 60 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.5 }
objective: { minimize: model.bytes }
search: { race: off, recipes: [{ method: rtn, bits: 4, granularity: channel }] }
`;

let folder: string;
let server: S3Server;
let root: string;
const started: StartedCli[] = [];

beforeAll(async () => {
  if (missing !== '') return;
  folder = await mkdtemp(join(tmpdir(), 'quantloop-s3-'));
  server = await startS3Server(join(folder, 's3'));
  root = `s3://${server.bucket}/team`;
  await mkdir(join(folder, 'run'));
  await writeFile(join(folder, 'run', 'campaign.yaml'), CAMPAIGN);
});

afterAll(async () => {
  for (const { child } of started) {
    if (child.exitCode === null) killAtOnce([...descendants(child.pid!).map(({ pid }) => pid), child.pid!]);
  }
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The environment of a machine: the store's credentials, and a disk of its own. */
function machine(name: string): NodeJS.ProcessEnv {
  // Its name is in the log of the S3 server with every request.
  return { ...server.env, QUANTLOOP_CACHE_DIR: join(folder, name, 'cache'), AWS_SDK_UA_APP_ID: name };
}

async function start(name: string, ...args: string[]): Promise<StartedCli> {
  const cwd = join(folder, name);
  await mkdir(cwd, { recursive: true });
  const command = startCli([...args, '--store', root, '--json'], { cwd, env: machine(name) });
  started.push(command);
  return command;
}

async function journal(): Promise<JournalEntry[]> {
  Object.assign(process.env, server.env, { QUANTLOOP_CACHE_DIR: join(folder, 'watcher') });
  return (await openStore({ root })).journal.read();
}

/** The key of a job of that stage that has begun and left a block in the bucket. */
async function checkpointed(stage: string): Promise<string> {
  for (;;) {
    const keys = await readdir(join(server.files, 'team', 'checkpoints')).catch(() => []);
    if (keys.length > 0) {
      const begun = (await journal()).filter(({ event }) => event === 'started');
      const found = begun.find(
        (entry) => entry.stage === stage && keys.some((hex) => entry.key.endsWith(hex)),
      );
      if (found !== undefined) return found.key;
    }
    await sleep(20);
  }
}

describe.skipIf(missing !== '' || process.platform !== 'linux')(
  `a campaign over machines that share nothing but a store on S3${missing}`,
  { timeout: 300_000 },
  () => {
    let out: string;

    it('goes on from the checkpoint on another machine, with an empty disk, and writes the winner', async () => {
      const run = await start('run', 'run', 'campaign.yaml', '--no-workers');
      const address = await serverAddress();
      const work = async (name: string, ...roles: string[]) => {
        const worker = await start(name, 'worker', ...roles, '--address', address);
        await worker.printed('ready');
        return worker;
      };
      await work('control', '--control');
      await work('prepare', '--prepare');
      await work('first', '--target', 'one');
      await work('other', '--target', 'two');
      const interrupted = await checkpointed('evaluateFidelity');
      const doomed = started.filter(({ child }) => child.spawnargs.includes('--target'));
      for (const { child } of doomed)
        killAtOnce([child.pid!, ...descendants(child.pid!).map(({ pid }) => pid)]);
      await work('second', '--target', 'one');
      await work('another', '--target', 'two');
      const { code, stdout, stderr } = await run.ended;
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      out = (JSON.parse(stdout) as { folder: string }).folder;
      const events = (await journal()).filter(({ key }) => key === interrupted);
      expect(events.some(({ event, blocks = 0 }) => event === 'resumed' && blocks > 0)).toBe(true);
      const winners = await readdir(join(out, 'winner'));
      expect(winners).toHaveLength(2);
      for (const winner of winners)
        expect(await readdir(join(out, 'winner', winner))).toContain('model.onnx');
    });

    it('brings each artifact to a machine once, and a model to every one that measures it', async () => {
      const fetched = (await readFile(server.accessLog, 'utf8'))
        .split('\n')
        .filter((line) => line.includes(' s3_GetObject ') && line.includes('/blobs/'))
        .map((line) => ({ machine: /app\/(\w+)/.exec(line)?.[1], hex: /[0-9a-f]{64}/.exec(line)?.[0] }));
      for (const name of ['second', 'another']) {
        const own = fetched.filter(({ machine }) => machine === name).map(({ hex }) => hex!);
        let largest = 0;
        for (const hex of new Set(own)) {
          const { size } = await stat(blobFile(hex));
          largest = Math.max(largest, size);
          expect(own.filter((each) => each === hex)).toHaveLength(Math.ceil(size / RANGE));
        }
        expect(largest).toBeGreaterThan(1e6);
      }
    });

    it('leaves the credentials nowhere: not in the store, the caches, the run, nor the server’s histories', async () => {
      for (const { child } of started) child.kill('SIGTERM');
      await Promise.all(started.map(({ ended }) => ended));
      const secrets = [server.env['AWS_SECRET_ACCESS_KEY']!, server.env['AWS_ACCESS_KEY_ID']!];
      // The S3 server's own log names who asked.
      const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
        (each) => each.isFile() && join(each.parentPath, each.name) !== server.accessLog,
      );
      expect(files.some(({ name }) => name.endsWith('.db'))).toBe(true);
      for (const { parentPath, name } of files) {
        const content = await readFile(join(parentPath, name));
        for (const secret of secrets) expect(content.includes(secret), name).toBe(false);
      }
      const printed = await Promise.all(started.map(({ ended }) => ended));
      for (const { stdout, stderr } of printed) {
        for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
      }
    });

    it('is unchanged the next time, on a machine that has seen none of it', async () => {
      await mkdir(join(folder, 'fresh'));
      const before = (await journal()).length;
      await writeFile(join(folder, 'fresh', 'campaign.yaml'), CAMPAIGN);
      const again = await start('fresh', 'run', 'campaign.yaml');
      const { code, stderr } = await again.ended;
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      const computed = (await journal()).slice(before).filter(({ event }) => event === 'started');
      expect(computed.map(({ stage }) => stage)).toEqual([]);
    });

    it('is looked at by doctor, and cleared by gc', async () => {
      const options = { cwd: join(folder, 'fresh'), env: machine('fresh') };
      const { stdout } = await runCli(['doctor', '--store', root, '--json'], options);
      const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; value: string }[] };
      expect(checks.find(({ name }) => name === 'store')).toMatchObject({
        value: expect.stringContaining(root),
      });
      const kept = await runCli(['gc', '--store', root, '--days', '0', '--json'], options);
      expect(JSON.parse(kept.stdout)).toMatchObject({ runs: 1, kept: { bytes: expect.any(Number) } });
      expect(await readdir(join(server.files, 'team', 'results')).catch(() => [])).toEqual([]);
    });
  },
);

function blobFile(hex: string): string {
  return join(server.files, 'team', 'blobs', 'sha256', hex.slice(0, 2), hex);
}

async function serverAddress(): Promise<string> {
  for (;;) {
    const text = await readFile(join(folder, 'run', '.quantloop', 'server.json'), 'utf8').catch(() => '');
    if (text !== '') return `127.0.0.1:${(JSON.parse(text) as { port: number }).port}`;
    await sleep(20);
  }
}
