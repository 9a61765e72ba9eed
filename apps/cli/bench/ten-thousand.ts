/**
 * What a campaign of 10,000 trials costs beside its jobs, which are stubs: milliseconds of orchestration a trial, events in
 * the history of each run of its workflow, and the memory of the process that holds all workers, as it goes on. The server,
 * the workflows, the store and the report are the real ones. Exits 1 where a bound is missed.
 * Run: node bench/ten-thousand.mjs [--models 20 --targets 25 --recipes 19]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scaleCampaign, type ScaleLook } from '../test/scale/scale-campaign.ts';

const MOST_EVENTS = 10_000;
const MOST_MILLISECONDS = 150;
const MOST_DRIFT_MIB = 50;
/** Of the trials: until then code is compiled and caches fill. */
const WARM_UP = 0.1;

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '20' },
    targets: { type: 'string', default: '25' },
    recipes: { type: 'string', default: '19' },
  },
});
const [models, targets, recipes] = [Number(values.models), Number(values.targets), Number(values.recipes)];
const planned = models * targets * (1 + recipes);
const folder = await mkdtemp(join(tmpdir(), 'quantloop-scale-'));
const looks: ScaleLook[] = [];
try {
  const { result, trials, seconds, cpu, histories } = await scaleCampaign({
    ...{ folder, models, targets, recipes },
    onLook: (look) => {
      const tenth = ({ ended }: ScaleLook) => Math.floor((10 * ended) / planned);
      const before = looks.at(-1);
      if (before === undefined || tenth(look) > tenth(before) || look.phase !== before.phase) show(look);
      looks.push(look);
    },
  });
  const { report = 0, ...rest } = result.phases;
  const each = (1000 * Object.values(rest).reduce((sum, part) => sum + part, 0)) / trials;
  const { outcome, selections } = result.decision;
  const mib = ({ resident }: ScaleLook) => resident / 2 ** 20;
  const warm = looks.filter(({ phase, ended }) => phase === 'trials' && ended > WARM_UP * trials).map(mib);
  const middle = (Math.min(...warm) + Math.max(...warm)) / 2;
  const drift = Math.max(...warm) - middle;
  const processor = ((1000 * (cpu.workers + cpu.server)) / trials).toFixed(0);
  console.log(`${trials} trials in ${seconds.toFixed(0)} s: ${outcome}, ${selections.length} selections`);
  console.log(`orchestration: ${each.toFixed(0)} ms a trial (at most ${MOST_MILLISECONDS})`);
  console.log(`processor time: ${processor} ms a trial, ${share(cpu.server, cpu)} of it the server's`);
  console.log(
    `decision and report: ${report.toFixed(0)} s, up to ${Math.max(...looks.map(mib)).toFixed(0)} MiB`,
  );
  console.log(`events in each history: ${histories.join(', ')} (at most ${MOST_EVENTS})`);
  console.log(
    `memory of the workers: ${middle.toFixed(0)} ± ${drift.toFixed(0)} MiB (at most ± ${MOST_DRIFT_MIB})`,
  );
  const kept = each <= MOST_MILLISECONDS && Math.max(...histories) <= MOST_EVENTS && drift <= MOST_DRIFT_MIB;
  process.exitCode = kept ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

function show({ ended, phase, resident }: ScaleLook): void {
  console.log(`${phase}: ${ended} of ${planned} trials have ended, ${(resident / 2 ** 20).toFixed(0)} MiB`);
}

function share(part: number, { workers, server }: { workers: number; server: number }): string {
  return `${((100 * part) / (workers + server)).toFixed(0)} %`;
}
