import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogLine, logsFolder, openLog, tailLog } from '@quantloop/worker/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporalLogger } from '../src/log/temporal-logger.ts';

const own = `${hostname()}-${process.pid}`;
const identities = [`${hostname()}/control/${process.pid}`, `${hostname()}/prepare/${process.pid}`];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a log is files of one process that roll; the newest lines are read across them', async () => {
  const log = await openLog({ dir, console: 'fatal', fileBytes: 4096 });
  for (let i = 1; i <= 400; i++) log.info({ campaign: i % 2 === 0 ? 'even' : 'odd', i }, 'counted');
  log.debug('not for the file');
  // Rolling happens between writes, off the call that fills a file.
  const files = () => readdir(join(logsFolder(dir), own));
  while ((await files()).length === 1) await new Promise((resolve) => setImmediate(resolve));
  for (let i = 401; i <= 403; i++) log.info({ campaign: i % 2 === 0 ? 'even' : 'odd', i }, 'counted');

  expect((await files()).every((name) => /^log\.\d+\.jsonl$/.test(name))).toBe(true);
  const lines = await tailLog({
    dir,
    identities,
    matching: ({ campaign }) => campaign === 'odd',
    lines: 3,
  });
  expect(lines.map(({ i }) => i)).toEqual([399, 401, 403]);
  expect(lines[0]).toMatchObject({ level: 'info', host: hostname(), pid: process.pid, msg: 'counted' });
  expect(await tailLog({ dir, identities: ['elsewhere/control/1'] })).toEqual([]);
});

test('the logs of the processes that have been silent longest are removed', async () => {
  for (let pid = 1; pid <= 60; pid++) {
    const folder = join(logsFolder(dir), `old-${pid}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'log.1.jsonl'), '');
    await utimes(join(folder, 'log.1.jsonl'), pid, pid);
  }
  await openLog({ dir, console: 'fatal' });
  const left = await readdir(logsFolder(dir));
  expect(left).toHaveLength(51);
  expect(left).toEqual(expect.arrayContaining([own, 'old-60', 'old-11']));
});

test("what Temporal's SDK says comes with the ids and codes of quantloop", async () => {
  const log = await openLog({ dir, console: 'fatal' });
  temporalLogger(log).warn('Activity failed', {
    workflowId: 'campaign-small/20261125-020000/tiny.cpu.rtn/look-2',
    activityType: 'quantizeModel',
    attempt: 2,
    taskToken: 'long',
    error: Object.assign(new Error('no room'), { type: 'disk-full', details: [{ hint: 'Make room.' }] }),
  });
  const [file = ''] = await readdir(join(logsFolder(dir), own));
  const line = LogLine.parse(JSON.parse(await readFile(join(logsFolder(dir), own, file), 'utf8')));
  expect(line).toMatchObject({
    ...{ level: 'warn', campaign: 'small', run: '20261125-020000', trial: 'tiny.cpu.rtn' },
    ...{ stage: 'quantizeModel', attempt: 2, code: 'disk-full', hint: 'Make room.' },
    err: { message: 'no room' },
  });
  expect(line).not.toHaveProperty('taskToken');
});
