import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '@quantloop/artifacts';
import type { Engine } from '@quantloop/evaluate';

export interface Call {
  /** The model folder it went to. */
  folder: string;
  prompts: readonly Int32Array[];
  newTokens: number;
}

/** Seconds to the first token, and from token to token. */
export interface Pace {
  ttft: number;
  itl: (k: number) => number;
}

/** An engine on a virtual clock: `pace` says how long each request takes; it records what it was asked. */
export function syntheticEngine(pace: (call: Call, index: number) => Pace) {
  const calls: Call[] = [];
  const events: string[] = [];
  let clock = 1000;
  const engine: Pick<Engine, 'open'> = {
    open: async ({ folder }) => {
      events.push(`open ${folder}`);
      return {
        generate: async ({ prompts, newTokens }) => {
          const call = { folder, prompts, newTokens };
          const { ttft, itl } = pace(call, calls.length);
          calls.push(call);
          events.push(`generate ${folder}`);
          const start = clock;
          clock += ttft;
          const arrivals = [clock];
          for (let k = 1; k < newTokens; k++) arrivals.push((clock += itl(k)));
          return { start, arrivals: prompts.map(() => arrivals) };
        },
        release: async () => void events.push(`release ${folder}`),
      };
    },
  };
  return { engine, calls, events };
}

/** A folder with the two files that prompts are drawn by; ids 0 and 1 are special, so is 9. */
export async function vocabularyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-vocabulary-'));
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ vocab_size: 50, max_position_embeddings: 128, bos_token_id: 0, eos_token_id: [1] }),
  );
  const added_tokens = [
    { id: 9, content: '<x>', special: true },
    { id: 10, content: '  ', special: false },
  ];
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ added_tokens }));
  return folder;
}

/** A checkpoint in memory, for tests that are not about the store. */
export function memoryCheckpoint(): Checkpoint {
  const blocks = new Map<string, Uint8Array>();
  return {
    names: async () => [...blocks.keys()].sort(),
    read: async (name) => blocks.get(name),
    write: async (name, bytes) => void blocks.set(name, bytes),
    clear: async () => blocks.clear(),
  };
}
