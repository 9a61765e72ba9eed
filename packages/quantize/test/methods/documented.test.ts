import { readFileSync } from 'node:fs';
import { METHODS } from '@quantloop/quantize';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../../../docs/methods.md', import.meta.url), 'utf8');

test.each(Object.values(METHODS).map(({ facts }) => facts))(
  'docs/methods.md has $name, with its bits',
  (facts) => {
    const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${facts.name}\``));
    const bits = row?.split('|')[3]?.split(',').map(Number);
    expect(bits).toEqual(facts.bits.toSorted((a, b) => a - b));
  },
);
