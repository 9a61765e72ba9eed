import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@quantloop/artifacts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CampaignSite } from './campaign-site.ts';
import { cuttableProxy } from './cuttable-proxy.ts';
import { descendants, jobProcesses } from './processes.ts';
import { midway, Rig, until } from './rig.ts';

const LIMIT = 900_000;
const rig = new Rig();
beforeAll(() => rig.runUndisturbed(), LIMIT);
afterAll(() => rig.end(), LIMIT);

interface Quantized {
  output: { model: { digest: string } };
}

/** Codes of the failures in the journal, of a stage. */
const failuresOf = async (place: CampaignSite, stage: string) =>
  (await place.journal()).filter((entry) => entry.stage === stage).flatMap(({ code }) => code ?? []);

describe.skipIf(process.platform !== 'linux')(
  'a campaign decides the same (needs /proc)',
  { concurrent: true },
  () => {
    test(
      'when the runtime crashes in one job and the memory of another is limited',
      async () => {
        const place = await rig.site();
        const run = rig.run(place);
        await midway(place, 'quantizeModel');
        for (const pid of jobProcesses(run.pid)) process.kill(pid, 'SIGSEGV');
        await midway(place, 'evaluateFidelity');
        for (const pid of jobProcesses(run.pid)) limitMemory(pid);
        await rig.expectUndisturbed(place, await rig.finish(run));
        expect(await failuresOf(place, 'quantizeModel')).toEqual(['worker-lost']);
        expect(await failuresOf(place, 'evaluateFidelity')).toEqual(['out-of-memory']);
      },
      LIMIT,
    );

    test(
      'when a job hangs: it is ended, and tried again from its checkpoint',
      async () => {
        const place = await rig.site();
        const run = rig.run(place, { QUANTLOOP_HUNG_AFTER: '4' });
        await midway(place, 'evaluateFidelity');
        for (const pid of jobProcesses(run.pid)) process.kill(pid, 'SIGSTOP');
        await rig.expectUndisturbed(place, await rig.finish(run));
        expect(await failuresOf(place, 'evaluateFidelity')).toContain('timeout');
      },
      LIMIT,
    );

    test(
      'when a worker hangs, another is handed its job, and the first goes on with it too',
      async () => {
        const place = await rig.site();
        const run = rig.begin(place, ['run', 'campaign.json', '--json', '--no-workers']);
        const address = await until(() => place.address());
        const worker = (...roles: string[]) =>
          rig.begin(place, ['worker', ...roles, '--address', address, '--json']);
        const helper = worker('--control', '--prepare');
        const first = worker('--target', 'this-cpu');
        await midway(place, 'evaluateFidelity');
        const stopped = [first.pid, ...descendants(first.pid).map(({ pid }) => pid)];
        for (const pid of stopped) process.kill(pid, 'SIGSTOP');
        const second = worker('--target', 'this-cpu');
        const attempts = async () =>
          (await place.journal()).filter(({ attempt = 1, event }) => event === 'started' && attempt > 1);
        await until(async () => ((await attempts()).length > 0 ? true : undefined));
        for (const pid of stopped) process.kill(pid, 'SIGCONT');
        const folder = await rig.finish(run);
        await rig.expectDecision(folder);
        for (const { child } of [helper, first, second]) child.kill('SIGTERM');
        await Promise.all([helper, first, second].map(({ ended }) => ended));
      },
      LIMIT,
    );

    test(
      'when the network between a worker and the server is cut, first silently and then for all to see',
      async () => {
        const place = await rig.site();
        const run = rig.begin(place, ['run', 'campaign.json', '--json', '--no-workers']);
        const address = await until(() => place.address());
        const proxy = await cuttableProxy(Number(address.split(':')[1]));
        const args = ['worker', '--control', '--prepare', '--target', 'this-cpu', '--json'];
        const worker = rig.begin(place, [...args, '--address', proxy.address]);
        await midway(place, 'quantizeModel');
        proxy.hang();
        await sleep(3000);
        proxy.mend();
        await midway(place, 'evaluateFidelity');
        proxy.drop();
        await rig.expectUndisturbed(place, await rig.finish(run));
        worker.child.kill('SIGTERM');
        await worker.ended;
        await proxy.close();
      },
      LIMIT,
    );

    test(
      'when the clock steps back by an hour',
      async () => {
        const place = await rig.site();
        const clock = join(place.folder, 'clock');
        const preload = fileURLToPath(new URL('./stepping-clock.mjs', import.meta.url));
        const run = rig.run(place, { NODE_OPTIONS: `--import=${preload}`, QUANTLOOP_TEST_CLOCK: clock });
        await midway(place, 'evaluateFidelity');
        await writeFile(clock, '3600');
        const journal = await rig.expectUndisturbed(place, await rig.finish(run));
        const times = journal.map(({ time }) => Date.parse(time));
        expect(Math.max(...times) - times.at(-1)!).toBeGreaterThan(3_000_000);
      },
      LIMIT,
    );
  },
);

test(
  'a campaign that is larger than a payload may be is refused, with its size',
  async () => {
    const place = await rig.site();
    const file = join(place.folder, 'campaign.json');
    const campaign = JSON.parse(await readFile(file, 'utf8')) as { search: { recipes: object[] } };
    const exclude = [`${'no-such-weight'.repeat(20_000)}*`];
    campaign.search.recipes = [
      { method: 'rtn', bits: [8, 4, 2], granularity: ['tensor', 'channel', { group: 32 }], exclude },
    ];
    await writeFile(file, JSON.stringify(campaign));
    const { code, stderr, stdout } = await rig.run(place).ended;
    expect(stderr + stdout).toMatch(/The campaign takes \d\.\d MiB .* Temporal takes 2 MiB/);
    expect(code).toBe(2);
  },
  LIMIT,
);

describe.skipIf(process.platform !== 'linux')('a store that', { concurrent: true }, () => {
  test(
    'is away for a while is waited for',
    async () => {
      const place = await rig.site();
      const run = rig.run(place);
      await midway(place, 'evaluateFidelity');
      const aside = `${place.store}-away`;
      await rename(place.store, aside);
      await writeFile(place.store, '');
      await sleep(8000);
      await rm(place.store);
      await rename(aside, place.store);
      await rig.expectUndisturbed(place, await rig.finish(run));
    },
    LIMIT,
  );

  test(
    'does not come back ends the campaign with the cause; once it is there, the same command goes on',
    async () => {
      const place = await rig.site();
      const run = rig.run(place, { QUANTLOOP_STORE_PATIENCE: '0' });
      await midway(place, 'evaluateFidelity');
      const aside = `${place.store}-away`;
      await rename(place.store, aside);
      await writeFile(place.store, '');
      const { code, stderr, stdout } = await run.ended;
      expect(code).toBe(1);
      expect(stderr + stdout).toContain('The store cannot be used');
      await rm(place.store);
      await rename(aside, place.store);
      await rig.expectUndisturbed(place, await rig.finish(rig.run(place)));
    },
    LIMIT,
  );

  test(
    'lost one and damaged another of the models that had been quantized has them made again, and nothing else',
    async () => {
      const place = await rig.site();
      const run = rig.begin(place, ['run', 'campaign.json', '--json', '--no-workers']);
      const address = await until(() => place.address());
      const worker = (...roles: string[]) =>
        rig.begin(place, ['worker', ...roles, '--address', address, '--json']);
      const helper = worker('--control', '--prepare');
      const first = worker('--target', 'this-cpu');
      // The baseline is measured; its worker goes before the first candidates are, two at a time.
      await until(async () =>
        (await place.journal()).some(({ stage }) => stage === 'quantizeModel') ? true : undefined,
      );
      first.child.kill('SIGTERM');
      await first.ended;
      const made = await until(async () => {
        const done = (await place.journal()).filter(
          ({ stage, event }) => stage === 'quantizeModel' && event === 'finished',
        );
        return done.length === 2 ? done : undefined;
      });
      const store = await openStore({ root: place.store });
      for (const [i, { key }] of made.entries()) {
        const { output } = (await store.results.get(key)) as unknown as Quantized;
        const blob = blobOf(place, await largestOf(place, output.model.digest));
        await chmod(blob, 0o644);
        if (i === 0) await rm(blob);
        else await flip(blob);
      }
      const second = worker('--target', 'this-cpu');
      await rig.expectDecision(await rig.finish(run));
      const again = (await place.journal()).filter(({ event }) => event === 'finished').map(({ key }) => key);
      const repeated = again.filter((key, i) => again.indexOf(key) < i);
      expect(repeated.every((key) => made.some((each) => each.key === key))).toBe(true);
      expect(repeated.length).toBeGreaterThan(0);
      for (const { child } of [helper, second]) child.kill('SIGTERM');
      await Promise.all([helper.ended, second.ended]);
    },
    LIMIT,
  );
});

describe.skipIf(!canMount())('a disk (needs the right to mount a tmpfs)', { concurrent: true }, () => {
  test(
    'that is full in the middle of a write holds a campaign up until there is room',
    async () => {
      const place = await rig.site();
      mkdirSync(join(place.folder, '.quantloop'));
      mkdirSync(place.store);
      mount(place.store, '200m');
      try {
        const run = rig.run(place);
        await midway(place, 'evaluateFidelity');
        const ballast = join(place.store, 'ballast');
        execFileSync('sh', ['-c', `dd if=/dev/zero of=${ballast} bs=1M 2>/dev/null; true`]);
        await sleep(2000);
        await rm(ballast);
        await rig.expectUndisturbed(place, await rig.finish(run));
      } finally {
        unmount(place.store);
      }
    },
    LIMIT,
  );
});

/** An address space that is not to grow any further: the next large tensor finds no room. */
function limitMemory(pid: number): void {
  const status = execFileSync('sh', ['-c', `grep VmSize /proc/${pid}/status || true`], { encoding: 'utf8' });
  const kibibytes = Number(/(\d+) kB/.exec(status)?.[1] ?? 0);
  if (kibibytes > 0) execFileSync('prlimit', ['--pid', String(pid), `--as=${kibibytes * 1024}`]);
}

const blobOf = ({ store }: CampaignSite, digest: string) => {
  const hex = digest.slice('sha256:'.length);
  return join(store, 'blobs', 'sha256', hex.slice(0, 2), hex);
};

/** Of the files of a folder artifact. */
async function largestOf(place: CampaignSite, digest: string): Promise<string> {
  const listing = JSON.parse(await readFile(blobOf(place, digest), 'utf8')) as {
    files: { digest: string; size: number }[];
  };
  return listing.files.sort((a, b) => b.size - a.size)[0]!.digest;
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 1;
  await writeFile(path, bytes, { flag: 'r+' });
}

function mount(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'quantloop-mount-'));
  try {
    mount(folder, '1m');
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
