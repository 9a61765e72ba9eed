import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byTurns } from '../../src/plan/by-turns.ts';

test('turns keep each key’s order, and let none have two more than another that has some left', () => {
  const items = fc.array(fc.record({ key: fc.integer({ min: 0, max: 5 }), value: fc.integer() }));
  fc.assert(
    fc.property(items, (all) => {
      const turned = byTurns(all, ({ key }) => key);
      const keys = new Set(all.map(({ key }) => key));
      for (const key of keys) {
        const own = (list: typeof all) => list.filter((item) => item.key === key);
        expect(own(turned)).toEqual(own(all));
      }
      turned.forEach((_, end) => {
        const begun = turned.slice(0, end + 1);
        const count = (list: typeof all, key: number) => list.filter((item) => item.key === key).length;
        const most = Math.max(...[...keys].map((key) => count(begun, key)));
        for (const key of keys) {
          expect(count(begun, key) >= most - 1 || count(begun, key) === count(all, key)).toBe(true);
        }
      });
    }),
  );
});
