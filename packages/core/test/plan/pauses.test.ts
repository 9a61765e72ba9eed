import type { Act } from '@quantloop/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pausedBy, pausedFor } from '../../src/plan/pauses.ts';

const acts = fc
  .array(fc.record({ kind: fc.constantFrom('pause', 'go-on', 'approve'), after: fc.nat(1000) }))
  .map((steps) => {
    let at = 0;
    return steps.map(({ kind, after }): Act => ({ kind, by: 'ann', at: (at += after) }) as Act);
  });

it('time is either paused or not: going on at any moment splits it', () => {
  fc.assert(
    fc.property(acts, fc.nat(1000), fc.nat(1000), (done, first, second) => {
      const then = (done.at(-1)?.at ?? 0) + first;
      const more = pausedFor(done, then + second) - pausedFor(done, then);
      expect(more).toBe(pausedBy(done) === undefined ? 0 : second);
      const goOn: Act = { kind: 'go-on', by: 'ann', at: then };
      expect(pausedFor([...done, goOn], then + second)).toBe(pausedFor(done, then));
    }),
  );
});

it('what ends early is held no longer', () => {
  const held: Act[] = [
    { kind: 'pause', by: 'ann', at: 10 },
    { kind: 'finish', by: 'bob', at: 25 },
  ];
  expect([pausedBy(held), pausedFor(held, 100)]).toEqual([undefined, 15]);
});
