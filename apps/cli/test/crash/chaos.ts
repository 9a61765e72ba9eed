/**
 * One campaign after the other on the real command line, workers and server, with faults at random moments, until the time is over:
 * each must come to the decision of an undisturbed run, with no finished stage repeated. Prints the seed and what it did; exits 1
 * at the first campaign that does not.
 *
 *   npm run chaos -- --minutes 5 --seed 7
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CampaignSite, RunningCommand } from './campaign-site.ts';
import { cuttableProxy, type CuttableProxy } from './cuttable-proxy.ts';
import { descendants, jobProcesses, killAtOnce } from './processes.ts';
import { Rig, until } from './rig.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isSafeInteger(seed) || seed < 0) {
  console.error(`--minutes ${values.minutes} --seed ${values.seed}: give numbers, such as 5 and 7.`);
  process.exit(2);
}

/** A job has four attempts, and all faults of a campaign may meet the same one. */
const FAULTS_OF_A_CAMPAIGN = 3;
/** A hung job is ended so soon that a campaign need not wait long for it. */
const ENVIRONMENT = { QUANTLOOP_HUNG_AFTER: '4' };

/** What runs of a campaign, and can be disturbed. */
interface Scene {
  site: CampaignSite;
  proxy: CuttableProxy;
  run: RunningCommand;
  helper: RunningCommand;
  /** Of the one target; it reaches the server through the proxy. */
  target: RunningCommand;
}

const rig = new Rig();
const random = randomOf(seed);
const between = (low: number, high: number) => low + random() * (high - low);

const FAULTS: Record<string, (scene: Scene) => Promise<void>> = {
  'kills the jobs': async ({ helper, target }) => killAtOnce(jobsOf(helper, target)),
  'crashes the jobs in native code': async ({ helper, target }) => signal(jobsOf(helper, target), 'SIGSEGV'),
  'stops the jobs': async ({ helper, target }) => signal(jobsOf(helper, target), 'SIGSTOP'),
  'kills the target’s worker': async (scene) => {
    killAtOnce([scene.target.pid]);
    scene.target = targetWorker(scene);
  },
  'drains the target’s worker': async (scene) => {
    scene.target.child.kill('SIGTERM');
    scene.target = targetWorker(scene);
  },
  'kills the worker that decides and quantizes': async (scene) => {
    killAtOnce([scene.helper.pid]);
    scene.helper = helperWorker(scene.site);
  },
  'kills the server': async ({ site }) => killAtOnce([await site.serverPid()]),
  'kills everything': async (scene) => {
    const all = [scene.run, scene.helper, scene.target];
    killAtOnce([...all.flatMap(treeOf), await scene.site.serverPid()]);
    await Promise.all(all.map(({ ended }) => ended));
    await begin(scene);
  },
  'cuts the cable of the target’s worker': async ({ proxy }) => {
    proxy.hang();
    await sleep(between(500, 4000));
    proxy.mend();
  },
  'takes the store away': async ({ site }) => {
    const aside = `${site.store}-away`;
    await rename(site.store, aside);
    await writeFile(site.store, '');
    await sleep(between(500, 4000));
    await rm(site.store);
    await rename(aside, site.store);
  },
};
const NAMES = Object.keys(FAULTS);

console.log(`chaos: ${minutes} minutes, seed ${seed}`);
let campaigns = 0;
try {
  await rig.runUndisturbed();
  const end = performance.now() + 60_000 * minutes;
  while (campaigns === 0 || performance.now() < end) {
    await disturbedCampaign();
    campaigns += 1;
  }
  console.log(`chaos: ${campaigns} campaigns decided as the undisturbed one, none repeated a finished stage`);
} catch (error) {
  console.error(`chaos: campaign ${campaigns + 1} with seed ${seed} did not: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await rig.end();
}

async function disturbedCampaign(): Promise<void> {
  const scene = { site: await rig.site() } as Scene;
  await begin(scene);
  const began = performance.now();
  for (let fault = 0; fault < FAULTS_OF_A_CAMPAIGN; fault++) {
    const over = sleep(between(500, 9000)).then(() => false);
    if (await Promise.race([over, scene.run.ended.then(() => true)])) break;
    const name = NAMES[Math.floor(random() * NAMES.length)]!;
    console.log(
      `campaign ${campaigns + 1}, after ${((performance.now() - began) / 1000).toFixed(1)} s: ${name}`,
    );
    await FAULTS[name]!(scene);
  }
  await rig.expectUndisturbed(scene.site, await rig.finish(scene.run));
  for (const { child, ended } of [scene.helper, scene.target]) {
    child.kill('SIGTERM');
    await ended;
  }
  await scene.proxy.close();
}

/** Starts all that a campaign needs, or starts it again. */
async function begin(scene: Scene): Promise<void> {
  const { site } = scene;
  await scene.proxy?.close();
  // The file tells of the server that was killed until there is another.
  const before = await site.serverPid().catch(() => undefined);
  scene.run = rig.begin(site, ['run', 'campaign.json', '--json', '--no-workers'], ENVIRONMENT);
  const port = await until(async () => {
    const [pid, address] = [await site.serverPid(), await site.address()];
    return pid === before ? undefined : Number(address.split(':')[1]);
  });
  scene.proxy = await cuttableProxy(port);
  scene.helper = helperWorker(site);
  scene.target = targetWorker(scene);
}

function helperWorker(site: CampaignSite): RunningCommand {
  return rig.begin(site, ['worker', '--control', '--prepare', '--json'], ENVIRONMENT);
}

function targetWorker({ site, proxy }: Scene): RunningCommand {
  const args = ['worker', '--target', 'this-cpu', '--address', proxy.address, '--json'];
  return rig.begin(site, args, ENVIRONMENT);
}

function jobsOf(...workers: RunningCommand[]): number[] {
  return workers.flatMap(({ pid }) => jobProcesses(pid));
}

function treeOf({ pid }: RunningCommand): number[] {
  return [pid, ...descendants(pid).map((each) => each.pid)];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed. */
function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
