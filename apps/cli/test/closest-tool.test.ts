import { chmod, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { Decision, type Requirement, type Trial } from '@quantloop/core';
import { TrialsFile } from '@quantloop/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedServer, type EmbeddedServer } from '../src/temporal/embedded-server.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';
import { SCRATCH_VARIABLE } from './support/troubled-quantize.ts';
import { startTroubledWorker } from './support/troubled-worker.ts';

const present = findTemporalCli() !== undefined && process.platform === 'linux';
const reason = present ? '' : ' (needs Linux and the Temporal CLI: npm run setup)';

const PERPLEXITY = 'demo_stories.word_perplexity';
const RTN8 = { method: 'rtn', bits: 8, granularity: 'channel' };

interface CampaignOptions {
  documents?: number;
  recipes?: object[];
  requirements?: object;
}

/** No limit and no objective looks at timings: what is decided can be repeated exactly. */
function campaign({ documents = 50, recipes = [RTN8], requirements }: CampaignOptions) {
  return {
    campaign: 'lessons',
    models: [{ id: 'demo', source: 'builtin:demo' }],
    targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', threads: 1 } }],
    evaluation: {
      fidelity: [
        { task: 'demo_stories', limit: documents },
        { task: 'demo_agreement', limit: documents },
      ],
      performance: [{ scenario: 'single-stream', promptTokens: 4, newTokens: 2, requests: 3 }],
    },
    requirements: requirements ?? {
      all: [
        { metric: PERPLEXITY, maxIncrease: '25%' },
        { metric: 'model.bytes', maxRatio: 0.6 },
      ],
    },
    objective: [{ maximize: 'demo_agreement.acc' }, { minimize: 'model.bytes' }],
    search: { recipes },
  };
}

interface Run {
  code: number;
  folder: string;
  files: string[];
  /** `decision.json` to the letter. */
  text: string;
  decision: Decision;
  trials: Record<string, Trial>;
}

/** Runs a campaign by a real command line in its folder. */
async function runIn(place: string, options: CampaignOptions, ...flags: string[]): Promise<Run> {
  await writeFile(join(place, 'campaign.json'), JSON.stringify(campaign(options)));
  const { code, stdout, stderr } = await runCli(['run', 'campaign.json', '--json', ...flags], { cwd: place });
  expect(stderr).toBe('');
  const printed = JSON.parse(stdout) as { folder: string };
  expect(printed).toHaveProperty('folder');
  const { folder } = printed;
  const text = await readFile(join(folder, 'decision.json'), 'utf8');
  const { trials } = TrialsFile.parse(JSON.parse(await readFile(join(folder, 'trials.json'), 'utf8')));
  return {
    code,
    folder,
    files: await readdir(folder),
    text,
    decision: Decision.parse(JSON.parse(text)),
    trials: Object.fromEntries(trials.map((trial) => [trial.label, trial])),
  };
}

describe.skipIf(!present)(`what broke in the closest tool does not break here${reason}`, () => {
  const LIMIT = { timeout: 180_000 };
  let folder: string;
  let scratch: string;
  let store: Store;
  let server: EmbeddedServer;
  let worker: StartedCli;
  let prepare: { stop(): Promise<void> };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
    scratch = join(folder, 'scratch');
    process.env[SCRATCH_VARIABLE] = scratch;
    store = await openStore({ root: join(folder, '.quantloop', 'store') });
    server = await embeddedServer({ folder: join(folder, '.quantloop') });
    const roles = ['--control', '--target', 'this-cpu'];
    worker = startCli(['worker', ...roles, '--address', server.address, '--json'], { cwd: folder });
    prepare = await startTroubledWorker({ address: server.address, storeRoot: store.root });
    await worker.printed('"ready":true');
  });

  afterAll(async () => {
    worker?.child.kill('SIGTERM');
    await Promise.all([worker?.ended, prepare?.stop()]);
    await server?.release();
    await rm(folder, { recursive: true, force: true });
  });

  /** On the shared server, with the shared store. */
  const run = (options: CampaignOptions) =>
    runIn(folder, options, '--address', server.address, '--no-workers');

  const TROUBLED = {
    recipes: [RTN8, { ...RTN8, granularity: { group: 32 } }, { method: 'nf4' }, { method: 'dynamic-int8' }],
  };
  const troubled = shared(async () => {
    await symlink('/dev/full', scratch);
    return run(TROUBLED);
  });
  const troubledAgain = shared(async () => {
    await troubled();
    await rm(scratch);
    return run(TROUBLED);
  });
  const few = shared(() => run({ documents: 10 }));

  it(
    'a candidate that kills its process is a failed row with its cause, and the campaign decides',
    LIMIT,
    async () => {
      const { code, decision, trials } = await troubled();
      expect(trials['nf4-g64-sym']).toMatchObject({
        status: 'failed',
        failure: {
          code: 'worker-lost',
          stage: 'quantize',
          message: expect.stringContaining('signal SIGKILL'),
        },
      });
      expect({ code, outcome: decision.outcome }).toEqual({ code: 0, outcome: 'selected' });
      expect(trials['rtn-int8-channel-sym']?.status).toBe('measured');
    },
  );

  it('a rerun does not stop at that candidate either', LIMIT, async () => {
    const { code, trials } = await troubledAgain();
    expect(code).toBe(0);
    expect(trials['nf4-g64-sym']?.failure?.code).toBe('worker-lost');
    expect(trials['rtn-int8-channel-sym']?.status).toBe('measured');
  });

  it(
    'a transient error while quantizing is told with its cause, and a later run succeeds',
    LIMIT,
    async () => {
      const label = 'dynamic-int8-channel-sym';
      const before = (await troubled()).trials[label]!;
      expect(before).toMatchObject({
        status: 'failed',
        failure: {
          code: 'disk-full',
          stage: 'quantize',
          message: expect.stringContaining('no space left on device'),
        },
      });
      const failed = (await store.journal.read()).filter(({ code }) => code === 'disk-full');
      expect(failed.map(({ stage }) => stage)).toEqual(failed.map(() => 'quantizeModel'));
      expect(failed.length).toBeGreaterThan(0);

      const after = (await troubledAgain()).trials[label]!;
      expect(after.status).toBe('measured');
      expect(after.stages['quantize']).toMatchObject({ cached: false });
    },
  );

  it(
    'a changed setting of a metric gives the numbers of that setting, not those of before',
    LIMIT,
    async () => {
      const many = (await troubled()).trials['rtn-int8-channel-sym']!.metrics[PERPLEXITY]!;
      const changed = (await few()).trials['rtn-int8-channel-sym']!;
      expect([many.n, changed.metrics[PERPLEXITY]!.n]).toEqual([50, 10]);
      expect(changed.metrics[PERPLEXITY]!.value).not.toBe(many.value);
      expect(changed.stages).toMatchObject({ quantize: { cached: true }, fidelity: { cached: false } });
    },
  );

  it('the same campaign run afresh gives the same verdicts and the same model', LIMIT, async () => {
    const place = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
    const fresh = await runIn(place, { documents: 10 });
    await rm(place, { recursive: true, force: true });
    const { decision } = await few();
    expect(Object.values(fresh.trials).flatMap(({ stages }) => Object.values(stages))).toSatisfy(
      (stages: { cached: boolean }[]) => stages.every(({ cached }) => !cached),
    );
    expect(fresh.decision.verdicts).toEqual(decision.verdicts);
    const chosen = ({ selections }: Decision) =>
      selections.map(({ trial, recipe, artifact }) => ({ trial, recipe, artifact }));
    expect(chosen(fresh.decision)).toEqual(chosen(decision));
  });

  it(
    'a truncated model in the cache is noticed and made again, and the decision is the same',
    LIMIT,
    async () => {
      const { text, trials } = await few();
      const model = trials['rtn-int8-channel-sym']!.artifact!;
      const weights = join(await store.folder(model), 'model.onnx_data');
      await chmod(weights, 0o644);
      await truncate(weights, 1000);
      const started = async () =>
        (await store.journal.read()).filter(({ event }) => event === 'started').map(({ stage }) => stage);
      const before = await started();
      const again = await run({ documents: 10 });
      expect((await started()).slice(before.length)).toEqual(['quantizeModel']);
      expect(again.text).toBe(text);
      expect(await store.verify(model)).toBe(true);
    },
  );

  const UNREACHABLE: [string, Requirement | object, string][] = [
    ['absolute', { metric: 'model.bytes', max: '1 KiB' }, 'model.bytes'],
    ['relative', { metric: 'model.bytes', maxRatio: 0.01 }, 'model.bytes'],
    [
      'absolute and relative',
      {
        all: [
          { metric: PERPLEXITY, max: 1.01 },
          { metric: 'model.bytes', maxRatio: 0.6 },
        ],
      },
      PERPLEXITY,
    ],
  ];
  for (const [kind, requirements, metric] of UNREACHABLE) {
    it(
      `goals that are ${kind} and that nobody meets give no model, exit code 3 and the nearest misses`,
      LIMIT,
      async () => {
        const { code, decision, files } = await run({ documents: 10, requirements });
        expect({ code, outcome: decision.outcome, selections: decision.selections }).toEqual({
          code: 3,
          outcome: 'none-acceptable',
          selections: [],
        });
        expect(files).not.toContain('winner');
        expect(decision.nearestMisses.map(({ label }) => label)).toContain('rtn-int8-channel-sym');
        for (const { failing, relaxation } of decision.nearestMisses) {
          expect(failing.map((verdict) => verdict.metric)).toContain(metric);
          expect(relaxation).toMatch(/would have to allow/);
        }
      },
    );
  }

  it(
    'a difference within the noise does not choose the winner, and each selection says what did',
    LIMIT,
    async () => {
      const { decision, trials, files } = await troubled();
      const [selection] = decision.selections;
      expect(decision.selections).toHaveLength(1);
      const accuracy = (label: string) => trials[label]!.metrics['demo_agreement.acc']!.versusBaseline!.ratio;
      const [channel, group] = [accuracy('rtn-int8-channel-sym'), accuracy('rtn-int8-g32-sym')];
      // The first objective cannot tell the two apart: the smaller one wins.
      expect(channel.high >= group.low && group.high >= channel.low).toBe(true);
      expect(selection).toMatchObject({
        label: 'rtn-int8-channel-sym',
        runnerUp: 'demo.this-cpu.rtn-int8-g32-sym',
        ties: [],
      });
      expect(selection!.because).toMatch(
        /^For single-stream, 2 of 3 measured versions meet every requirement; demo_agreement\.acc leaves 2 of them within the noise \(rtn-int8-channel-sym and rtn-int8-g32-sym\); rtn-int8-channel-sym has the smallest model\.bytes \(.+\), ahead of rtn-int8-g32-sym \(.+\)\.$/,
      );
      expect(files).toContain('winner');
    },
  );

  it(
    'the unquantized model on the target’s engine is a row of its own, and relative limits refer to it',
    LIMIT,
    async () => {
      const { trials, decision } = await troubled();
      const { baseline, 'rtn-int8-channel-sym': candidate } = trials;
      expect(baseline).toMatchObject({ recipe: null, status: 'measured' });
      expect(baseline!.provenance['engine']).toBe(candidate!.provenance['engine']);
      expect(baseline!.provenance['engine']).toMatch(/^onnxruntime /);
      expect(Object.keys(candidate!.metrics)).toEqual(expect.arrayContaining(Object.keys(baseline!.metrics)));
      const gates = decision.verdicts[candidate!.id]!['single-stream']!.map(({ metric, gate }) => [
        metric,
        gate,
      ]);
      expect(Object.fromEntries(gates)).toEqual({
        [PERPLEXITY]: expect.closeTo(baseline!.metrics[PERPLEXITY]!.value * 1.25, 9),
        'model.bytes': expect.closeTo(baseline!.metrics['model.bytes']!.value * 0.6, 3),
      });
    },
  );
});

/** Computed at most once, whichever tests are run. */
function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
