import { expect, test } from 'vitest';
import { fuzzTarget } from '../fuzz/fuzz-target.ts';
import { TARGETS, type TargetName } from '../fuzz/targets.ts';

test.each(Object.keys(TARGETS) as TargetName[])(
  'damaged files of %s are read or refused with a typed error, in time, and nothing is written',
  { timeout: 240_000 },
  async (target) => {
    expect(await fuzzTarget({ target, seed: 7, runs: 200 })).toMatchObject({ failure: null });
  },
);
