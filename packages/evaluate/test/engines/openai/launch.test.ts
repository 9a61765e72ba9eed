import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { demoModelFolder } from '@quantloop/models';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ENGINES } from '../../../src/index.ts';
import { openAiSpec } from './served-demo.ts';

const folder = demoModelFolder();
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quantloop-launch-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A server with a child that ignores SIGTERM's default; both write down their process ids. */
const SERVER = `
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const [folder, port, pids] = process.argv.slice(1);
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
writeFileSync(pids, JSON.stringify([process.pid, child.pid]));
const answers = { '/v1/models': { data: [{ id: folder }] }, '/v1/completions': { choices: [{ text: 'a' }] } };
setTimeout(() => require('node:http').createServer((request, response) => {
  request.resume().on('end', () => response.end(JSON.stringify(answers[request.url])));
}).listen(port), 200);
`;

const node = (script: string, ...args: string[]) => [process.execPath, '-e', script, ...args];

function open(command: string[], launch: object = {}) {
  // Every command names both, as it must.
  const named = [...command, '--', '{folder}', '{port}'].slice(
    0,
    command.length + (command.join().includes('{port}') ? 0 : 3),
  );
  return ENGINES.openai.open({ folder, spec: openAiSpec({ launch: { command: named, ...launch } }) });
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const readPids = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as number[];

test('launches a command for a folder, and stops it with its children', async () => {
  const file = join(scratch, 'pids');
  const model = await open(node(SERVER, '{folder}', '{port}', file));
  const pids = await readPids(file);
  expect(pids.map(isAlive)).toEqual([true, true]);
  await model.release();
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('a launched server does not outlive the process that launched it', async () => {
  const file = join(scratch, 'orphans');
  const script = join(scratch, 'measure.mjs');
  await writeFile(
    script,
    `import { ENGINES } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};
     const command = ${JSON.stringify(node(SERVER, '{folder}', '{port}', file))};
     const launch = { command, env: {}, readyWithin: 60 };
     await ENGINES.openai.open({ folder: ${JSON.stringify(folder)}, spec: { kind: 'openai', launch, timeout: 60, concurrency: 1 } });
     console.log('ready');`,
  );
  const measuring = spawn(process.execPath, ['--conditions=@quantloop/source', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => measuring.stdout.once('data', resolve));
  const pids = await readPids(file);
  expect(pids.map(isAlive)).toEqual([true, true]);
  measuring.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 5000 });
});

test.for([
  {
    what: 'ends at once',
    command: node('console.error("no kernel image"); process.exit(3)'),
    launch: {},
    expected: { code: 'worker-lost', message: /ended with exit code 3; it printed:\nno kernel image/ },
  },
  {
    what: 'is not installed',
    command: ['no-such-server-here'],
    launch: {},
    expected: {
      code: 'invalid-spec',
      message: /ended with exit code 127; it printed:\nspawn no-such-server-here ENOENT/,
    },
  },
  {
    what: 'never gets ready',
    command: node('console.log("loading"); setInterval(() => {}, 1000)'),
    launch: { readyWithin: 1 },
    expected: { code: 'timeout', message: /was not ready within 1 s; it printed:\nloading/ },
  },
])('a server that $what is told, with its words', async ({ command, launch, expected }) => {
  await expect(open(command, launch)).rejects.toMatchObject({
    code: expected.code,
    message: expect.stringMatching(expected.message),
  });
});

test('results are kept under the version that a command prints', async () => {
  const spec = (version: string[]) =>
    openAiSpec({ launch: { command: ['serve', '{folder}', '{port}'], version } });
  expect(await ENGINES.openai.keyParts(spec(node('console.log("0.11.2")')))).toEqual({ version: '0.11.2' });
  await expect(ENGINES.openai.keyParts(spec(['no-such-server-here']))).rejects.toMatchObject({
    code: 'invalid-spec',
  });
});
