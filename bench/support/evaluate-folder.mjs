// Scores tasks as a campaign's fidelity stage does. Arguments: model folder, store, data folder, limit, task names.
// Prints the seconds of the stage, with the start of its process and loading, and the metrics.
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { bundleTask, fidelityStage } from '@quantloop/evaluate';
import { runStage } from '@quantloop/jobs';

const [folder, root, data, limit, ...tasks] = process.argv.slice(2);
const store = await openStore({ root });
const model = await store.putFolder(folder);
const engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };
const checks = [];
for (const task of tasks) {
  const { name, bundle } = await bundleTask({ nameOrPath: join(data, 'tasks', `${task}.yaml`), store });
  checks.push({ kind: 'task', name, bundle, limit: Number(limit) });
}
const started = performance.now();
const { output } = await runStage(fidelityStage, { model, checks, engine, seed: 0 }, { store });
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, metrics: output.metrics }));
