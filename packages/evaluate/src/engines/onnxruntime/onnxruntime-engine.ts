import { availableParallelism } from 'node:os';
import type { Engine } from '../engine.ts';

const seconds = () => performance.now() / 1000;

/**
 * ONNX Runtime in this process. A token's time includes what serving it takes: the run, and the choice of the token
 * from the logits.
 */
export const onnxRuntimeEngine: Engine<'onnxruntime'> = {
  kind: 'onnxruntime',
  summary: 'ONNX Runtime in a process of its own',

  async facts() {
    const { availableProviders, ortVersion } = await import('@quantloop/runtime');
    return {
      name: 'onnxruntime',
      version: ortVersion(),
      providers: availableProviders().map(({ name }) => name),
    };
  },

  async open({ folder, spec }) {
    const { argmax, openSession, prefill, step } = await import('@quantloop/runtime');
    // ONNX Runtime's own default counts the machine's cores, whatever affinity and quota leave of them.
    const threads = spec.threads ?? availableParallelism();
    const session = await openSession({ folder, engine: { ...spec, threads }, extra: SPINNING });
    return {
      async generate({ prompts, newTokens }) {
        const arrivals: number[] = [];
        const tokens = new Int32Array(prompts.length);
        const start = seconds();
        let { logits, vocabularySize, cache } = await prefill({ session, prompts });
        for (;;) {
          for (let row = 0; row < tokens.length; row++) tokens[row] = argmax(logits, row, vocabularySize);
          arrivals.push(seconds());
          if (arrivals.length === newTokens) break;
          ({ logits, vocabularySize, cache } = await step({ session, tokens, cache }));
        }
        cache.dispose();
        // The rows of a batch advance together.
        return { start, arrivals: prompts.map(() => arrivals) };
      },
      release: () => session.release(),
    };
  },

  async openForTasks(options) {
    const { openOnnxRuntimeTaskModel } = await import('./onnxruntime-task-model.ts');
    return openOnnxRuntimeTaskModel(options);
  },
};

/** Idle threads of one session would keep a core busy while the other model is being timed. */
const SPINNING = { 'session.force_spinning_stop': '1' };
