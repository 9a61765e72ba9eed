import fc from 'fast-check';

/** One change of a file; places are shares of its length. */
type Edit =
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'put'; at: number; bytes: Uint8Array }
  | { kind: 'token'; at: number; token: string }
  | { kind: 'cut'; at: number; share: number }
  | { kind: 'repeat'; at: number; length: number; times: number };

/** Some changes, one after the other. Few and small ones go deeper into a reader than many. */
export function edits(tokens: readonly string[]): fc.Arbitrary<Edit[]> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const edit = fc.oneof<fc.Arbitrary<Edit>[]>(
    fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }),
    fc.record({
      kind: fc.constant('put' as const),
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
    }),
    fc.record({ kind: fc.constant('token' as const), at, token: fc.constantFrom(...tokens) }),
    fc.record({ kind: fc.constant('cut' as const), at, share: fc.double({ min: 0, max: 0.2, noNaN: true }) }),
    fc.record({
      kind: fc.constant('repeat' as const),
      at,
      length: fc.integer({ min: 1, max: 40 }),
      times: fc.nat(500),
    }),
  );
  return fc.array(edit, { minLength: 1, maxLength: 6 });
}

/** The file after the changes. */
export function applyEdits(whole: Buffer, changes: readonly Edit[]): Buffer {
  return changes.reduce((bytes, change) => {
    const at = Math.floor(change.at * bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (change.kind) {
      case 'flip': {
        const flipped = Buffer.from(bytes);
        if (at < flipped.length) flipped[at]! ^= 1 << change.bit;
        return flipped;
      }
      case 'put':
        return Buffer.concat([before, change.bytes, after.subarray(change.bytes.length)]);
      case 'token':
        return Buffer.concat([before, Buffer.from(change.token), after]);
      case 'cut':
        return Buffer.concat([before, after.subarray(Math.floor(change.share * bytes.length))]);
      case 'repeat': {
        const piece = after.subarray(0, change.length);
        return Buffer.concat([before, ...Array<Buffer>(change.times).fill(piece), after]);
      }
    }
  }, whole);
}
