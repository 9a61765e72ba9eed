// The job on which the closest tool was timed: 16 recipes on stories260k, likelihood of 50 stories and latency.
// Prints the seconds of a first run, of an unchanged second one, and the orchestration's share per trial.
// Olive 0.13.0 took 48.2 s and 9.3 s for it on 2 cores, at a peak of 1.17 GiB.
//
//   node bench/sixteen-recipes.mjs [--shared ../shared] [--keep]
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/run-node.mjs';
import { runCampaign } from './support/run-campaign.mjs';

const PEER = { name: 'Olive 0.13.0', first: 48.2, again: 9.3 };

const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: join(root, '..', 'shared') },
    keep: { type: 'boolean', default: false },
  },
});
const data = resolve(values.shared, 'data');
if (!existsSync(join(data, 'models', 'stories260k'))) {
  console.error(`stories260k is not under ${data}; name the folder with --shared.`);
  process.exit(2);
}

const campaign = {
  campaign: 'sixteen-recipes',
  models: [{ id: 'stories260k', source: join(data, 'models', 'stories260k') }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', provider: 'cpu' } }],
  evaluation: {
    fidelity: [{ task: join(data, 'tasks', 'tinystories_rolling.yaml'), limit: 50 }],
    performance: [{ scenario: 'single-stream', promptTokens: 32, newTokens: 16 }],
  },
  requirements: {
    all: [
      { metric: 'tinystories_rolling.word_perplexity', maxIncrease: '3%' },
      { metric: 'model.bytes', maxRatio: 0.5 },
    ],
  },
  objective: { minimize: 'model.bytes' },
  // The peer measures everything too.
  search: {
    race: 'off',
    recipes: [
      {
        method: 'rtn',
        bits: [4, 8],
        granularity: ['channel', { group: 16 }, { group: 32 }],
        symmetric: [true, false],
      },
      { method: 'nf4', granularity: [{ group: 16 }, { group: 32 }, { group: 64 }] },
      { method: 'dynamic-int8' },
    ],
  },
};

const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
const first = await runCampaign(campaign, folder);
const again = await runCampaign(campaign, folder);
const trials = again.result.time.trials;
console.log(
  `first run      ${first.seconds.toFixed(1)} s   ${(PEER.first / first.seconds).toFixed(1)}× as fast as ${PEER.name} (${PEER.first} s)`,
);
console.log(
  `unchanged      ${again.seconds.toFixed(1)} s   ${(PEER.again / again.seconds).toFixed(1)}× as fast as ${PEER.name} (${PEER.again} s)`,
);
console.log(`per cached trial, end to end   ${(again.seconds / trials).toFixed(3)} s`);
console.log(`outcome        ${first.result.outcome}, exit code ${first.code}`);
if (values.keep) console.log(`kept in        ${folder}`);
else await rm(folder, { recursive: true, force: true });
