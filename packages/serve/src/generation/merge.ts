/** Several sequences as one, each value as soon as it is there, with the number of its sequence. */
export async function* merge<T>(
  sequences: readonly AsyncGenerator<T>[],
): AsyncGenerator<{ index: number; value: T }> {
  const next = (index: number) => sequences[index]!.next().then((result) => ({ index, result }));
  const pending = new Map(sequences.map((_, index) => [index, next(index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done === true) pending.delete(index);
      else {
        pending.set(index, next(index));
        yield { index, value: result.value };
      }
    }
  } finally {
    for (const promise of pending.values()) promise.catch(() => {});
  }
}
