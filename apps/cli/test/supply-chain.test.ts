import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { dependencies, licencesPage, refused } from '../../../scripts/licences.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: true;
  inBundle?: true;
  hasInstallScript?: true;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

describe('the lock file', () => {
  test('holds each dependency at one version, with the digest of its archive', () => {
    expect(locked.length).toBeGreaterThan(500);
    const loose = locked.filter(
      ([, { version, integrity, inBundle }]) =>
        !/^\d+\.\d+\.\d+/.test(version ?? '') || !(inBundle || integrity?.startsWith('sha512-')),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  test('names no other source than the registry', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test('has no scripts run on installing but those known', () => {
    const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    expect(scripts.map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)).sort())
      .toMatchInlineSnapshot(`
      [
        "@swc/core",
        "node",
        "nx",
        "onnxruntime-node",
        "protobufjs",
      ]
    `);
  });
});

test('no package of our own runs anything when it is installed', () => {
  const files = ['package.json', ...globSync('{packages,apps}/*/package.json', { cwd: root })];
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const { scripts = {} } = JSON.parse(read(file)) as { scripts?: Record<string, string> };
    const run = Object.keys(scripts).filter((name) =>
      /^(pre|post)?(install|prepare|publish|pack)$|^prepublish/.test(name),
    );
    expect({ file, run }).toEqual({ file, run: [] });
  }
});

describe('licences', () => {
  test('are all on the list of those allowed', () => {
    expect(refused()).toEqual([]);
  });

  test('that are not on it, or not said, would be refused', () => {
    const like = (licence: string, development = false) => ({
      name: 'x',
      version: '1.0.0',
      licence,
      development,
    });
    const wrong = [
      like('GPL-3.0-only'),
      like('unknown'),
      like('MIT AND AGPL-3.0-only'),
      like('LGPL-3.0-or-later'),
    ];
    expect(refused([...wrong, like('MIT OR GPL-3.0-only'), like('LGPL-3.0-or-later', true)])).toEqual(wrong);
  });

  test('are in docs/licences.md as the lock file has them', () => {
    // Prettier pads the table.
    const plain = (text: string) => text.replaceAll(/[ -]*\|[ -]*/g, '|');
    expect(plain(read('docs/licences.md'))).toBe(plain(licencesPage()));
    expect(dependencies().length).toBe(locked.length);
  });
});

interface Audit {
  metadata?: { vulnerabilities: Record<string, number> };
  vulnerabilities?: Record<string, { severity: string; range: string }>;
}

test('npm knows of no grave flaw in what is brought', { timeout: 120_000 }, async ({ skip }) => {
  const args = [
    'audit',
    '--omit=dev',
    '--audit-level=high',
    '--json',
    '--fetch-retries=0',
    '--fetch-timeout=20000',
  ];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, maxBuffer: 2 ** 26 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  const audit = JSON.parse(stdout || '{}') as Audit;
  if (audit.metadata === undefined) skip('the registry cannot be asked from here: npm audit was skipped');
  const grave = Object.entries(audit.vulnerabilities ?? {}).filter(([, { severity }]) =>
    /high|critical/.test(severity),
  );
  expect(grave.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`)).toEqual([]);
});
