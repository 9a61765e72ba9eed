import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type JournalEntry } from '@quantloop/artifacts';
import { Decision } from '@quantloop/core';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const FLAGS = ['--conditions=@quantloop/source', '--disable-warning=ExperimentalWarning'];

/**
 * A small campaign whose decision rests on what is exactly repeatable: fidelity on seeded data, and bytes. Timings are
 * measured, but no limit and no objective looks at them.
 */
const CAMPAIGN = {
  campaign: 'crash',
  models: [{ id: 'demo', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime' } }],
  evaluation: {
    fidelity: [
      { task: 'demo_agreement', limit: 100 },
      { task: 'demo_stories', limit: 60 },
    ],
    performance: [{ scenario: 'single-stream', promptTokens: 16, newTokens: 8, requests: 3 }],
  },
  requirements: { metric: 'demo_stories.word_perplexity', maxIncrease: '25%' },
  objective: { minimize: 'model.bytes' },
  search: {
    recipes: [
      { method: 'rtn', bits: 8, granularity: { group: 32 } },
      { method: 'nf4' },
      { method: 'dynamic-int8' },
    ],
  },
};

/** A folder with a campaign, its own store and its own embedded server. */
export interface CampaignSite {
  folder: string;
  store: string;
  /** Starts the command line in the folder. */
  start(args: string[], env?: NodeJS.ProcessEnv): RunningCommand;
  journal(): Promise<JournalEntry[]>;
  /** Jobs that have begun and left blocks in their checkpoint: key and stage. */
  checkpointed(): Promise<{ key: string; stage: string }[]>;
  /** The pid of the embedded server. */
  serverPid(): Promise<number>;
  address(): Promise<string>;
}

export interface RunningCommand {
  child: ChildProcess;
  pid: number;
  /** Resolves when the process has ended, with what it printed. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves as soon as standard output holds the text. */
  printed(text: string): Promise<void>;
}

export async function newSite(): Promise<CampaignSite> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-crash-'));
  await writeFile(join(folder, 'campaign.json'), JSON.stringify(CAMPAIGN));
  await mkdir(join(folder, 'tmp'));
  const storeRoot = join(folder, '.quantloop', 'store');
  const journal = async () => {
    const store = await openStore({ root: storeRoot });
    return store.journal.read();
  };
  const server = async () =>
    JSON.parse(await readFile(join(folder, '.quantloop', 'server.json'), 'utf8')) as {
      pid: number;
      port: number;
    };
  return {
    folder,
    store: storeRoot,
    // The lease of the machine is below the temporary folder: other tests that measure need not be waited for.
    start: (args, env = {}) => startCommand(folder, args, { TMPDIR: join(folder, 'tmp'), ...env }),
    journal,
    checkpointed: async () => {
      const folders = await readdir(join(storeRoot, 'checkpoints')).catch(() => []);
      const filled = await Promise.all(
        folders.map(async (name) =>
          (await readdir(join(storeRoot, 'checkpoints', name))).length > 0 ? [name] : [],
        ),
      ).catch(() => []);
      const names = filled.flat();
      const entries = names.length === 0 ? [] : await journal();
      return entries
        .filter((entry) => entry.event === 'started' && names.some((name) => entry.key.endsWith(name)))
        .map(({ key, stage }) => ({ key, stage }));
    },
    serverPid: async () => (await server()).pid,
    address: async () => `127.0.0.1:${(await server()).port}`,
  };
}

function startCommand(cwd: string, args: string[], env: NodeJS.ProcessEnv): RunningCommand {
  const child = spawn(process.execPath, [...FLAGS, MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text)) resolve();
      };
      look();
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`ended before printing "${text}": ${stdout}${stderr}`)));
    });
  return { child, pid: child.pid!, ended, printed };
}

/** The decision of a finished run with every timing taken out: what is left must be equal byte for byte. */
export async function decisionWithoutTimings(folder: string): Promise<string> {
  const decision = Decision.parse(JSON.parse(await readFile(join(folder, 'decision.json'), 'utf8')));
  const timed = (name: string) => name.startsWith('single-stream.') || name === 'memory.peak';
  decision.front = decision.front.filter(({ axes }) => !axes.some(timed));
  decision.rounds = decision.rounds.filter(({ axes }) => !axes.some(timed));
  for (const metrics of Object.values(decision.baseline)) {
    for (const name of Object.keys(metrics)) if (timed(name)) delete metrics[name];
  }
  return JSON.stringify(decision, null, 1);
}

/** Stages that began again after they had been finished, by key. */
export function repeatedStages(journal: readonly JournalEntry[]): string[] {
  const finished = new Set<string>();
  const repeated: string[] = [];
  for (const { event, key, stage } of journal) {
    if (event === 'started' && finished.has(key)) repeated.push(`${stage} ${key}`);
    if (event === 'finished') finished.add(key);
  }
  return repeated;
}
