import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkpointedChunks } from '../../src/fidelity/checkpointed-chunks.ts';
import { chunkSize } from '../../src/fidelity/chunk-size.ts';

test('killed at any chunk, the next attempt repeats less than a fiftieth and ends the same', async () => {
  const parameters = fc.record({
    items: fc.integer({ min: 51, max: 3000 }),
    largest: fc.integer({ min: 1, max: 64 }),
    survived: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(parameters, async ({ items: count, largest, survived }) => {
      const kept = new Map<string, Uint8Array>();
      const items = Array.from({ length: count }, (_, i) => i);
      let computed = 0;
      const attempt = (deadline: number) =>
        checkpointedChunks({
          context: {
            signal: new AbortController().signal,
            checkpoint: {
              read: (name) => Promise.resolve(kept.get(name)),
              write: (name, bytes) => Promise.resolve(void kept.set(name, bytes)),
              names: () => Promise.resolve([...kept.keys()]),
              clear: () => Promise.resolve(kept.clear()),
            },
          },
          name: 'task',
          items,
          size: chunkSize(count, largest),
          schema: z.number(),
          compute: (chunk) => {
            computed += chunk.length;
            if (computed > deadline) return Promise.reject(new Error('killed'));
            return Promise.resolve(chunk.map((item) => item * item));
          },
          onDone: () => undefined,
        });
      const killed = await attempt(Math.floor(survived * count)).catch((error: unknown) => error);
      expect(killed).toEqual(new Error('killed'));
      expect(await attempt(Number.POSITIVE_INFINITY)).toEqual(items.map((item) => item * item));
      expect(computed - count).toBeLessThan(0.02 * count);
    }),
  );
});
