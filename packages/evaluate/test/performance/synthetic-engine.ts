import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Checkpoint } from '@quantloop/artifacts';
import type { Engine, Generation } from '@quantloop/evaluate';
import type { MachineState } from '../../src/performance/machine/machine-state.ts';

export interface Call {
  /** The model folder it went to. */
  folder: string;
  prompts: Int32Array[];
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
      // Requests handed over in the same turn are one batch.
      let batch: { call: Call; served: Promise<Generation> } | undefined;
      const serve = async (call: Call): Promise<Generation> => {
        await nextTurn();
        batch = undefined;
        const { ttft, itl } = pace(call, calls.length);
        calls.push(call);
        events.push(`generate ${folder}`);
        const start = clock;
        clock += ttft;
        const arrivals = [clock];
        for (let k = 1; k < call.newTokens; k++) arrivals.push((clock += itl(k)));
        return { start, arrivals };
      };
      return {
        generate: ({ prompt, newTokens }) => {
          if (batch === undefined) {
            const call = { folder, prompts: [], newTokens };
            batch = { call, served: serve(call) };
          }
          batch.call.prompts.push(prompt);
          return batch.served;
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

/** A machine that had nothing else to do. */
export const quiet: MachineState = {
  wallSeconds: 1,
  ownCpuSeconds: 1,
  foreignShare: 0,
  idleShare: 0.5,
  stealShare: 0,
  majorFaults: 0,
  swappedBytes: 0,
  quotaSeconds: 0,
  thermalEvents: 0,
  loadBefore: 1,
  loadAfter: 1,
};
