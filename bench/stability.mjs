// Whether ten campaigns on the demo model, each with an empty store, select the same version while the machine does other
// work: another process keeps half of the cores busy, on and off. (Olive 0.13.0, on such a machine, changed 3 of 16
// verdicts and the model it shipped from one run to the next.)
// Prints each selection with the versions it could not be told from; exits 1 where two differ and one of them does not name
// the other as within the noise, by any objective that decided nothing.
//
//   node bench/stability.mjs [--runs 10]
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign } from './support/run-campaign.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10' } } });
const campaign = {
  campaign: 'stability',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime' } }],
  evaluation: {
    fidelity: [
      { task: 'demo_arithmetic', limit: 200 },
      { task: 'demo_stories', limit: 60 },
    ],
    performance: [
      { scenario: 'single-stream', promptTokens: 32, newTokens: 32, requests: 8 },
      { scenario: 'offline', promptTokens: 32, newTokens: 32, batch: [1, 8], repetitions: 4 },
    ],
  },
  requirements: {
    all: [
      { metric: 'demo_arithmetic.exact_match', maxDrop: 0.05 },
      { metric: 'demo_stories.word_perplexity', maxIncrease: '5%' },
      {
        any: [
          { metric: 'model.bytes', maxRatio: 0.5 },
          { metric: 'speed', minSpeedup: 1.2 },
        ],
      },
    ],
  },
  objective: [{ maximize: 'speed' }, { minimize: 'model.bytes' }],
  search: {
    recipes: [
      { method: 'rtn', bits: [8, 4], granularity: ['channel', { group: 32 }] },
      { method: 'hqq', bits: 4 },
      { method: ['nf4', 'dynamic-int8'] },
    ],
  },
};

/** Works for two seconds of every three, as long as this bench lives. */
const BUSY =
  'const parent=process.ppid;while(process.ppid===parent){const end=Date.now()+2000;while(Date.now()<end);await new Promise((r)=>setTimeout(r,1000));}';
const other = spawn(process.execPath, ['--input-type=module', '--eval', BUSY], { stdio: 'ignore' });
const selected = new Map();
try {
  for (let run = 1; run <= Number(values.runs); run++) {
    const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
    const { result, seconds } = await runCampaign(campaign, folder);
    await rm(folder, { recursive: true, force: true });
    const shown = result.selections.map(({ scenario, label, ties, because }) => {
      const all = selected.get(scenario) ?? [];
      selected.set(scenario, [...all, { run, label, because }]);
      return `${scenario}: ${label}${ties.length === 0 ? '' : ` (tied with ${ties.join(', ')})`}`;
    });
    console.log(
      `run ${String(run).padStart(2)}   ${seconds.toFixed(0)} s   ${shown.join('; ') || result.outcome}`,
    );
  }
} finally {
  other.kill('SIGKILL');
}
for (const [scenario, runs] of selected) {
  const labels = [...new Set(runs.map(({ label }) => label))];
  const silent = runs.filter(({ label, because }) =>
    labels.some((other) => other !== label && !because.includes(other)),
  );
  const verdict =
    runs.length < Number(values.runs)
      ? `selected in ${runs.length} runs only`
      : labels.length === 1
        ? 'the same in all runs'
        : silent.length === 0
          ? `${labels.length} versions, each named as a tie of the others`
          : `${labels.length} versions, not all named as ties in run ${silent.map(({ run }) => run).join(', ')}`;
  console.log(`${scenario}: ${verdict}`);
  if (runs.length < Number(values.runs) || (labels.length > 1 && silent.length > 0)) process.exitCode = 1;
}
if (selected.size === 0) process.exitCode = 1;
