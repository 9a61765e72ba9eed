import { merge } from '../generation/merge.ts';
import type { GenerationFields } from '../requests/generation-fields.ts';
import { usage } from './usage.ts';

/** Both ways of giving an answer; ask for one of them. */
export interface Answer {
  whole(): Promise<unknown>;
  /** The parts, as they come. */
  events(): AsyncIterable<unknown>;
}

/** A part of a choice, and how many new tokens it has. */
export interface ChoicePart<Part> {
  part: Part;
  newTokens: number;
}

/** Makes an answer of its choices, which are generated at the same time. */
export function composeAnswer<Part>(options: {
  choices: readonly AsyncGenerator<ChoicePart<Part>>[];
  /** Stops what is still being generated. */
  stop: () => void;
  /** Two successive parts as one. */
  join: (a: Part, b: Part) => Part;
  whole: { head: object; choice: (part: Part) => object };
  event: { head: object; choice: (part: Part, first: boolean) => object };
  promptTokens: number;
  streamOptions: GenerationFields['stream_options'];
}): Answer {
  const { choices, stop, join, whole, event, promptTokens, streamOptions } = options;
  let newTokens = 0;
  const counts = () => usage(promptTokens, newTokens);
  async function* parts() {
    try {
      for await (const { index, value } of merge(choices)) {
        newTokens += value.newTokens;
        yield { index, part: value.part };
      }
    } finally {
      // Where one choice failed or the reader left, the others would go on for nobody.
      stop();
    }
  }
  return {
    async whole() {
      const collected: (Part | undefined)[] = choices.map(() => undefined);
      for await (const { index, part } of parts()) {
        const before = collected[index];
        collected[index] = before === undefined ? part : join(before, part);
      }
      return { ...whole.head, choices: collected.map((part) => whole.choice(part!)), usage: counts() };
    },
    async *events() {
      const begun = new Set<number>();
      for await (const { index, part } of parts()) {
        const choice = event.choice(part, !begun.has(index));
        begun.add(index);
        const soFar = streamOptions.continuous_usage_stats ? { usage: counts() } : {};
        yield { ...event.head, choices: [choice], ...soFar };
      }
      if (streamOptions.include_usage) yield { ...event.head, choices: [], usage: counts() };
    },
  };
}
