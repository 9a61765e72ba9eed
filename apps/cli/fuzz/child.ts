import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import fc from 'fast-check';
import { CliError } from '../src/cli-error.ts';
import { applyEdits, edits } from './edits.ts';
import type { ChildReport, FuzzOptions } from './fuzz-target.ts';
import { TARGETS } from './targets.ts';

const tell = (report: ChildReport) => new Promise<void>((resolve) => process.send!(report, () => resolve()));

process.once('message', (options: FuzzOptions) => {
  void fuzz(options).then(async (failure) => {
    await tell({ failure });
    process.exit(0);
  });
});

/** Reads damaged files; null, or what was wrong with the smallest of them found. */
async function fuzz({ target: name, seed, runs, milliseconds }: FuzzOptions): Promise<string | null> {
  const target = TARGETS[name];
  const root = await mkdtemp(join(tmpdir(), 'quantloop-fuzz-'));
  const folder = join(root, 'folder');
  try {
    await mkdir(folder);
    await target.prepare(folder);
    const file = join(folder, target.file);
    const whole = await readFile(file);
    const property = fc.asyncProperty(edits(target.tokens), async (changes) => {
      const bytes = applyEdits(whole, changes);
      await writeFile(file, bytes);
      await tell({ reads: bytes.toString('base64') });
      const before = await listing(folder);
      await target.read(folder, join(root, 'scratch')).catch(requireTyped);
      const after = await listing(folder);
      if (after !== before) throw new Error(`wrote into the folder: ${before} became ${after}`);
    });
    const limit = milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds };
    const details = await fc.check(property, { seed, numRuns: runs, ...limit });
    if (!details.failed || details.interrupted) return null;
    const { stack } = details.errorInstance as Error;
    return `${fc.defaultReportMessage(details)}\n${stack}`;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function requireTyped(error: unknown): void {
  if (error instanceof QuantloopError && error.code !== 'internal') return;
  if (error instanceof CliError) return;
  throw error;
}

async function listing(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const facts = await Promise.all(names.map((name) => stat(join(folder, name), { bigint: true })));
  return names.map((name, i) => `${name} ${facts[i]!.size} ${facts[i]!.mtimeNs}`).join(', ');
}
