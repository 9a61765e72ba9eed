// Whether a campaign finds by itself what no recipe of its grid is: on the demo model, a version below 1.8 MB that keeps
// its arithmetic within 0.05 and its perplexity within 4 %. Every recipe for all weights alike, at 2 to 8 bits, by
// rounding and by GPTQ, is too large or loses too much; a mix of precisions is not.
// Prints what met the size and the quality, the mix and why it was tried, and the time from nothing; exits 1 where no mix
// is selected.
//
//   node bench/found-mix.mjs [--keep]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign } from './support/run-campaign.mjs';

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const options = { head: true, embedding: true };
const campaign = {
  campaign: 'found-mix',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime' } }],
  evaluation: {
    fidelity: [
      { task: 'demo_arithmetic', limit: 400 },
      { task: 'demo_stories', limit: 60 },
      { metric: 'kl-divergence', tokens: 2000 },
    ],
    performance: [{ scenario: 'single-stream', promptTokens: 16, newTokens: 16, requests: 4 }],
  },
  requirements: {
    all: [
      { metric: 'demo_arithmetic.exact_match', maxDrop: 0.05 },
      { metric: 'demo_stories.word_perplexity', maxIncrease: '4%' },
      { metric: 'model.bytes', max: '1.8 MB' },
    ],
  },
  objective: { minimize: 'model.bytes' },
  search: {
    refine: 'auto',
    recipes: [
      {
        method: 'rtn',
        bits: [2, 3, 4, 8],
        granularity: ['channel', { group: 32 }],
        symmetric: false,
        options,
      },
      { method: 'gptq', bits: [2, 3, 4], granularity: ['channel', { group: 32 }], symmetric: false, options },
    ],
  },
};

const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
const { seconds, result, trials } = await runCampaign(campaign, folder);
const [selected] = result.selections;
const row = trials.find(({ id }) => id === selected?.trial);
const uniform = trials.filter(({ recipe }) => recipe !== null && recipe.mix.length === 0);
console.log(`uniform recipes tried      ${uniform.length}, of them acceptable ${acceptable(uniform)}`);
console.log(`selected                   ${selected?.label ?? 'nothing'}`);
if (row !== undefined) {
  console.log(`planned because            ${row.planned ?? 'it was in the grid'}`);
  for (const metric of ['model.bytes', 'demo_arithmetic.exact_match', 'demo_stories.word_perplexity']) {
    console.log(`${metric.padEnd(27)}${row.metrics[metric].value}`);
  }
}
console.log(`from nothing               ${seconds.toFixed(0)} s   (limit: 900 s)`);
if (values.keep) console.log(`kept in                    ${folder}`);
else await rm(folder, { recursive: true, force: true });
if (!(row?.recipe?.mix.length > 0) || seconds > 900) process.exitCode = 1;

function acceptable(rows) {
  const passed = rows.filter(
    ({ status, verdicts }) =>
      status === 'measured' &&
      Object.values(verdicts).every((each) => each.every(({ result }) => result === 'pass')),
  );
  return passed.length;
}
