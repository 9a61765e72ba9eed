import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { embeddedServer } from '../../src/temporal/embedded-server.ts';
import { installPacked, runThere } from './installed-packages.ts';

let folder: string;

beforeAll(async () => {
  folder = await installPacked();
}, 600_000);

describe('all packages, packed and installed from their tarballs into an empty folder', () => {
  test('npx quantloop demo reaches a decision, and again from the store', { timeout: 600_000 }, async () => {
    const first = await runThere(folder, 'npx', ['--no-install', 'quantloop', 'demo', '--json']);
    expect(first.exitCode, first.stderr).toBe(0);
    const { outcome, folder: out } = JSON.parse(first.stdout) as { outcome: string; folder: string };
    expect(outcome).toBe('selected');
    expect(await readdir(out)).toEqual(
      expect.arrayContaining([
        'decision.json',
        'report.html',
        'report.md',
        'trials.csv',
        'trials.json',
        'winner',
      ]),
    );
    const again = await runThere(folder, 'npx', ['--no-install', 'quantloop', 'demo', '--json']);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ selections: JSON.parse(first.stdout).selections });
  });

  test('a foreign worker quantizes a model from a workflow of its own', { timeout: 180_000 }, async () => {
    const place = join(folder, 'their-temporal');
    await mkdir(place);
    const server = await embeddedServer({ folder: place });
    try {
      const ran = await runThere(folder, 'node', ['worker.js', server.address, join(folder, 'their-store')]);
      expect(ran.exitCode, ran.stderr).toBe(0);
      const { before, after } = JSON.parse(ran.stdout) as { before: number; after: number };
      expect(after).toBeLessThan(before / 2);
    } finally {
      await server.release();
    }
  });
});
