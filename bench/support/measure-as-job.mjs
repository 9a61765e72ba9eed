import { join } from 'node:path';
import { fromSources, node24, root } from '../../scripts/run-node.mjs';
import { measure } from './measure.mjs';

/** Measures a script of this folder that runs as a quantloop job does: with its environment and its options. */
export async function measureAsJob(name, ...args) {
  const script = (file) => join(root, 'bench', 'support', file);
  const job = [...fromSources, script('job-environment.mjs')];
  const { env, options } = JSON.parse((await measure(node24, job, { cwd: root })).output);
  return measure(node24, [...options, script(name), ...args], { cwd: root, env });
}
