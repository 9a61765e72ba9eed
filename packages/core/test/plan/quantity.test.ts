import { Quantity, quantityText } from '@quantloop/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const written = fc
  .tuple(
    fc.oneof(
      fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
      fc.nat(100_000).map((n) => n / 100),
    ),
    fc.constantFrom('', '%', 'B', 'KB', 'MB', 'GB', 'KiB', 'MiB', 'GiB', 'us', 'ms', 's', 'min', 'h'),
  )
  .map(([value, unit]) => (unit === '' ? value : `${value} ${unit}`));

it('a quantity is read from its text as it was', () => {
  fc.assert(
    fc.property(written, (text) => {
      const quantity = Quantity.parse(text);
      const shown = quantityText(quantity);
      const again = Quantity.parse(
        quantity.dimension === undefined && !quantity.relative ? Number(shown) : shown,
      );
      expect({ ...again, value: 0 }).toEqual({ ...quantity, value: 0 });
      expect(Math.abs(again.value - quantity.value)).toBeLessThanOrEqual(1e-15 * Math.abs(quantity.value));
    }),
  );
});

it.each([
  ['3%', '3%'],
  ['40 MiB', '40 MiB'],
  ['12 ms', '12 ms'],
  ['90 min', '1.5 h'],
  ['0.07%', '0.07%'],
])('%s is shown as %s', (text, shown) => {
  expect(quantityText(Quantity.parse(text))).toBe(shown);
});
