/**
 * What a large campaign costs beside its jobs, which are stubs: seconds of orchestration a trial, events in the history of each
 * run of its workflow, and the memory of the process that holds all workers. Real server, workflows, store and report.
 * Run: node --conditions=@quantloop/source apps/cli/bench/scale.ts [--models 20 --targets 25 --recipes 19]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scaleCampaign } from '../test/scale/scale-campaign.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '20' },
    targets: { type: 'string', default: '25' },
    recipes: { type: 'string', default: '19' },
  },
});
const size = {
  models: Number(values.models),
  targets: Number(values.targets),
  recipes: Number(values.recipes),
};
const folder = await mkdtemp(join(tmpdir(), 'quantloop-scale-'));
const resident: number[] = [];
try {
  const { result, trials, seconds, histories } = await scaleCampaign({
    ...{ folder, ...size },
    onSecond: () => resident.push(process.memoryUsage.rss() / 2 ** 20),
  });
  const { report = 0, ...rest } = result.phases;
  const orchestration = Object.values(rest).reduce((sum, part) => sum + part, 0);
  const at = (share: number) => resident[Math.floor(share * (resident.length - 1))]!.toFixed(0);
  console.log(
    `${trials} trials: ${result.decision.outcome}, ${result.decision.selections.length} selections`,
  );
  console.log(
    `${seconds.toFixed(0)} s, ${((1000 * orchestration) / trials).toFixed(0)} ms of orchestration a trial`,
  );
  console.log(`decision and report: ${report.toFixed(0)} s`);
  console.log(`events in each history: ${histories.join(', ')}`);
  console.log(
    `resident set in MiB, by tenths: ${Array.from({ length: 11 }, (_, i) => at(i / 10)).join(', ')}`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
