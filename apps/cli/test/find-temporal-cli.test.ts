import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function program(...parts: string[]): Promise<string> {
  const path = join(folder, ...parts);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

describe('the search for the Temporal CLI', () => {
  it('takes TEMPORAL_CLI_PATH before all others', async () => {
    const named = await program('named', 'my-temporal');
    await program('bin', 'temporal');
    const env = { TEMPORAL_CLI_PATH: named, PATH: join(folder, 'bin'), XDG_CACHE_HOME: folder };
    expect(findTemporalCli(env)).toEqual({ path: named, source: 'TEMPORAL_CLI_PATH' });
  });

  it('then takes the first one on the PATH that can be run', async () => {
    await mkdir(join(folder, 'empty', 'temporal'), { recursive: true });
    const onPath = await program('bin', 'temporal');
    await program('quantloop', 'temporal', '1.5.1', 'temporal');
    const env = {
      PATH: [join(folder, 'empty'), join(folder, 'bin')].join(delimiter),
      XDG_CACHE_HOME: folder,
    };
    expect(findTemporalCli(env)).toEqual({ path: onPath, source: 'PATH' });
  });

  it('then takes the copy in the cache', async () => {
    const cached = await program('quantloop', 'temporal', '1.5.1', 'temporal');
    expect(findTemporalCli({ PATH: '', XDG_CACHE_HOME: folder })).toEqual({ path: cached, source: 'cache' });
  });

  it('finds nothing where nothing is', () => {
    expect(findTemporalCli({ PATH: folder, XDG_CACHE_HOME: folder })).toBeUndefined();
  });

  it('refuses a TEMPORAL_CLI_PATH that cannot be run, rather than taking another', async () => {
    await program('bin', 'temporal');
    const env = { TEMPORAL_CLI_PATH: join(folder, 'nowhere'), PATH: join(folder, 'bin') };
    expect(() => findTemporalCli(env)).toThrow(/TEMPORAL_CLI_PATH is ".*nowhere", which is not a program/);
  });
});
