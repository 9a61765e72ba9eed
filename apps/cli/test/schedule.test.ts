import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const campaign = (schedule: string, { maxRatio = 0.5, bits = '8' } = {}) => `campaign: nightly
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: ${maxRatio} }
objective: { minimize: model.bytes }
search: { recipes: [{ method: rtn, bits: ${bits}, granularity: channel }] }
${schedule}`;

interface Described {
  paused: boolean;
  note?: string;
  next: string[];
  begun: number;
  nights: {
    due: string;
    status: string;
    result?: { outcome: string; run: string; folder: string; before: string | null; events: object[] };
  }[];
}

let folder: string;
let worker: StartedCli | undefined;
const quantloop = (...args: string[]) => runCli(args, { cwd: folder });
const write = (...file: Parameters<typeof campaign>) =>
  writeFile(join(folder, 'campaign.yaml'), campaign(...file));
const SECRET = 'whsec_c2VjcmV0IG9mIGEgdGVzdCwgb2Ygbm8gdmFsdWU=';

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await quantloop('schedule', ...args, '--json');
  expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

/** As soon as so many nights have ended. */
async function nights(count: number): Promise<Described> {
  for (;;) {
    const described = await json<Described>('describe', 'nightly');
    if (described.nights.filter(({ status }) => status !== 'running').length >= count) return described;
    await sleep(500);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-schedule-'));
});
afterAll(async () => {
  worker?.child.kill('SIGTERM');
  await worker?.ended;
  await rm(folder, { recursive: true, force: true });
});

/** A server that answers so, one after the other, and remembers what it was told. */
async function listen(answers: number[]) {
  const taken: { id: unknown; timestamp: unknown; signature: unknown; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      } = request.headers;
      taken.push({ id, timestamp, signature, body });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, taken, close: () => server.close() };
}

describe('a schedule that cannot be meant', () => {
  it.each([
    ['schedule: { cron: 0 2 * * }', '10:13  schedule.cron  "0 2 * *" is not a cron line'],
    ['schedule: { cron: 0 25 * * * }', '10:13  schedule.cron  "25" is not an hour: 0 to 23'],
    ['schedule: { cron: 0 2 1 * mon }', 'names days of the month and of the week'],
    ['schedule: { calendar: { hour: 2 }, timeZone: +02:00 }', 'write the name of a time zone'],
    ['schedule: { calendar: { hour: 2, weekday: 1 } }', 'unknown key "weekday"'],
    ['schedule: { timeZone: UTC }', 'a schedule has either cron or calendar'],
    ['', 'campaign.yaml has no schedule'],
  ])('is refused with its place: %s', async (schedule, message) => {
    await write(schedule);
    const { code, stderr } = await quantloop('schedule', 'apply', 'campaign.yaml');
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(await readdir(folder)).toEqual(['campaign.yaml']);
  });
});

describe.skipIf(!present)(`a campaign with a schedule${reason}`, { timeout: 240_000 }, () => {
  it('gets what its file says, and keeps it until that changes', async () => {
    await write('schedule: { cron: 0 2 * * *, timeZone: Europe/Berlin, until: 2100-12-31 }');
    expect(await json('apply', 'campaign.yaml')).toMatchObject({ campaign: 'nightly', applied: 'created' });
    expect(await json('apply', 'campaign.yaml')).toMatchObject({ applied: 'unchanged' });
    await write('schedule: { calendar: { hour: 3, minute: 30, dayOfWeek: fri-7 }, jitter: 0s }');
    expect(await json('apply', 'campaign.yaml')).toMatchObject({ applied: 'changed' });
    const { next } = await json<Described>('describe', 'nightly');
    expect(next.length).toBeGreaterThan(3);
    for (const time of next) {
      expect(time).toMatch(/T03:30:00/);
      expect([5, 6, 0]).toContain(new Date(time).getUTCDay());
    }
    expect(await json('list')).toMatchObject([
      { campaign: 'nightly', paused: false, next: next.slice(0, 5) },
    ]);
    const unknown = await quantloop('schedule', 'pause', 'nigthly');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean "nightly"?')]);
  });

  it('runs at once when it is triggered, and again without measuring what it knows', async () => {
    worker = startCli(['worker', '--control', '--prepare', '--target', 'this-cpu', '--json'], {
      cwd: folder,
      env: { HOOK_SECRET: SECRET },
    });
    await worker.printed('"ready"');
    await json('trigger', 'nightly');
    const first = (await nights(1)).nights[0]!;
    expect(first).toMatchObject({ status: 'completed', result: { outcome: 'selected', before: null } });
    await json('trigger', 'nightly');
    const [second] = (await nights(2)).nights;
    expect(second!.result).toMatchObject({ before: first.result!.run, events: [] });
    const { trials } = JSON.parse(await readFile(join(second!.result!.folder, 'trials.json'), 'utf8')) as {
      trials: { stages: Record<string, { cached: boolean }> }[];
    };
    const cached = trials.flatMap(({ stages }) => Object.values(stages).map((stage) => stage.cached));
    expect(cached.length).toBeGreaterThan(4);
    expect(new Set(cached)).toEqual(new Set([true]));
    const runs = JSON.parse((await quantloop('list', '--json')).stdout) as { run: string }[];
    expect(runs.map(({ run }) => run)).toEqual([second!.result!.run, first.result!.run]);
  });

  it('tells who is to be told of a better winner, signed, until it is taken', async () => {
    const hook = await listen([503, 200]);
    try {
      await write(`schedule: { cron: '@monthly', webhook: { url: ${hook.url}, secret: HOOK_SECRET } }`, {
        bits: '[8, 4]',
      });
      await json('apply', 'campaign.yaml');
      await json('trigger', 'nightly');
      const [latest] = (await nights(3)).nights;
      const { run, before, events, folder: out } = latest!.result!;
      expect(events).toMatchObject([{ kind: 'better', place: { scenario: 'single-stream' } }]);
      expect(hook.taken).toHaveLength(2);
      const [first, again] = hook.taken;
      expect(again!.id).toBe(first!.id);
      expect(JSON.parse(again!.body)).toEqual({
        type: 'night',
        data: { schemaVersion: 1, campaign: 'nightly', run, before, events },
      });
      const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
      const signed = `${again!.id}.${again!.timestamp}.${again!.body}`;
      expect(again!.signature).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      expect(await json('check', 'nightly')).toMatchObject({ night: { result: { events } } });
      expect(await readFile(join(out, 'night.junit.xml'), 'utf8')).toContain('failures="0"');
      expect(await readFile(join(out, 'night.md'), 'utf8')).toContain('**Better**, tiny on this-cpu');
    } finally {
      hook.close();
    }
  });

  it('calls it a regression where what was selected is acceptable no more, and says so to CI', async () => {
    await write("schedule: { cron: '@monthly' }", { maxRatio: 0.01, bits: '[8, 4]' });
    await json('apply', 'campaign.yaml');
    await json('trigger', 'nightly');
    const [latest] = (await nights(4)).nights;
    expect(latest!.result!.outcome).toBe('none-acceptable');
    const { code, stdout } = await quantloop('schedule', 'check', 'nightly');
    expect([code, stdout]).toEqual([4, expect.stringContaining('Nothing is acceptable now.')]);
    const junit = await readFile(join(latest!.result!.folder, 'night.junit.xml'), 'utf8');
    expect(junit).toMatch(/<testcase classname="nightly\.tiny\.this-cpu" name="single-stream">\s*<failure/);
  });

  it('runs by itself when it is due, not while it is paused, and no more once it is deleted', async () => {
    await write('schedule: { cron: "* * * * *" }');
    await json('pause', 'nightly', '--note', 'the machine is away');
    await json('apply', 'campaign.yaml');
    const held = await json<Described>('describe', 'nightly');
    expect(held).toMatchObject({ paused: true, note: 'the machine is away', begun: 4 });
    expect((await quantloop('schedule', 'describe', 'nightly')).stdout).toContain('cron      * * * * *');
    await json('resume', 'nightly');
    const [latest] = (await nights(5)).nights;
    expect(latest).toMatchObject({ status: 'completed', due: expect.stringMatching(/:00.000Z$/) as string });
    await json('delete', 'nightly');
    expect(await json('list')).toEqual([]);
    const { code, stderr } = await quantloop('schedule', 'describe', 'nightly');
    expect([code, stderr]).toEqual([2, expect.stringContaining('"nightly" has no schedule here')]);
  });
});
