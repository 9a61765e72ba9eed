import { join } from 'node:path';
import { fromSources, node24, root } from '../../scripts/run-node.mjs';
import { measure } from './measure.mjs';

/** Measures a script of this folder that runs in the environment of a quantloop job's process. */
export async function measureAsJob(name, ...args) {
  const script = (file) => [...fromSources, join(root, 'bench', 'support', file)];
  const { output } = await measure(node24, script('job-environment.mjs'), { cwd: root });
  return measure(node24, [...script(name), ...args], { cwd: root, env: JSON.parse(output) });
}
