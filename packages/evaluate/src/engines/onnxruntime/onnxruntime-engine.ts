import { availableParallelism } from 'node:os';
import { ortVersion } from '@quantloop/runtime/version';
import type { Engine } from '../engine.ts';

const seconds = () => performance.now() / 1000;

/**
 * ONNX Runtime in this process. A token's time includes what serving it takes: the run, and the choice of the token
 * from the logits.
 */
export const onnxRuntimeEngine: Engine<'onnxruntime'> = {
  kind: 'onnxruntime',
  summary: 'ONNX Runtime in a process of its own',

  misplaced: ({ provider }, { cpus, gpus }) => {
    if (provider === 'cpu') return cpus.length > 0 ? undefined : 'the provider cpu needs cores of its own';
    if (provider === 'cuda' || provider === 'tensorrt')
      return gpus.length > 0 ? undefined : `the provider ${provider} needs an NVIDIA device`;
    return `the provider ${provider} chooses its device by itself`;
  },

  provenance: async ({ provider, threads = availableParallelism() }) => ({
    engine: `onnxruntime ${ortVersion()}`,
    provider,
    threads,
  }),

  keyParts: async () => ({ onnxruntime: ortVersion() }),

  async open({ folder, spec }) {
    const { ContinuousBatch, openSession } = await import('@quantloop/runtime');
    const { readMaxLength } = await import('@quantloop/models');
    // ONNX Runtime's own default counts the machine's cores, whatever affinity and quota leave of them.
    const threads = spec.threads ?? availableParallelism();
    const session = await openSession({
      folder,
      engine: { ...spec, threads },
      extra: SPINNING,
      decoding: true,
    });
    const batch = new ContinuousBatch({
      session,
      maxLength: await readMaxLength(folder),
      ...(spec.maxBatch === undefined ? {} : { maxBatch: spec.maxBatch }),
    });
    return {
      async generate({ prompt, newTokens, signal }) {
        const arrivals: number[] = [];
        const start = seconds();
        const tokens = batch.submit({
          prompt,
          maxNewTokens: newTokens,
          ...(signal === undefined ? {} : { signal }),
        });
        for await (const _ of tokens) arrivals.push(seconds());
        return { start, arrivals };
      },
      async release() {
        await batch.close();
        await session.release();
      },
    };
  },

  async openForTasks(options) {
    const { openOnnxRuntimeTaskModel } = await import('./onnxruntime-task-model.ts');
    return openOnnxRuntimeTaskModel(options);
  },
};

/** Idle threads of one session would keep a core busy while the other model is being timed. */
const SPINNING = { 'session.force_spinning_stop': '1' };
