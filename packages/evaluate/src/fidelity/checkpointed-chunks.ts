import type { JobContext } from '@quantloop/jobs';
import { z } from 'zod';

/**
 * Computes chunks of work in order, keeping each in the job's checkpoint: what an interrupted attempt finished is read
 * back. A chunk's result must depend on the chunk alone, so that a resumed job ends as an undisturbed one.
 *
 * @param options.from items before it are done already, and not computed.
 * @param options.name of the work within the job; results are JSON, read back through `schema`.
 */
export async function checkpointedChunks<Item, Result>(options: {
  context: Pick<JobContext, 'checkpoint' | 'signal'>;
  name: string;
  items: readonly Item[];
  from?: number;
  size: number;
  schema: z.ZodType<Result>;
  compute: (items: readonly Item[], first: number) => Promise<Result[]>;
  onDone: (items: number) => void;
}): Promise<Result[]> {
  const { context, name, items, from = 0, size, schema, compute, onDone } = options;
  const results: Result[] = [];
  for (let first = from; first < items.length; first += size) {
    context.signal.throwIfAborted();
    const block = `${name}.${first}`;
    const chunk = items.slice(first, first + size);
    const kept = parseBlock(schema, await context.checkpoint.read(block), chunk.length);
    const computed = kept ?? (await compute(chunk, first));
    if (kept === undefined)
      await context.checkpoint.write(block, new TextEncoder().encode(JSON.stringify(computed)));
    results.push(...computed);
    onDone(chunk.length);
  }
  return results;
}

/** A block that does not fit is computed again. */
function parseBlock<Result>(
  schema: z.ZodType<Result>,
  bytes: Uint8Array | undefined,
  length: number,
): Result[] | undefined {
  if (bytes === undefined) return undefined;
  const parsed = z
    .array(schema)
    .length(length)
    .safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  return parsed.success ? parsed.data : undefined;
}
