import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { QuantloopError, type LaunchedServer } from '@quantloop/core';
import type { Engine } from '../engine.ts';
import { attachedConnection, reachServer } from './reach-server.ts';
import { listModels } from './served-model.ts';

/** A server that speaks OpenAI's protocol: vLLM, SGLang, TensorRT-LLM, llama.cpp's, `quantloop serve`. */
export const openAiEngine: Engine<'openai'> = {
  kind: 'openai',
  summary: 'a server that speaks OpenAI’s protocol, running or launched for each model',

  // One that is launched inherits what is pinned; where a running one runs is not known here.
  misplaced: () => undefined,

  provenance: async (spec) => ({
    engine: 'openai',
    server: spec.url ?? spec.launch!.command.join(' '),
    ...(spec.launch?.version === undefined ? {} : { serverVersion: await versionOf(spec.launch.version) }),
  }),

  async keyParts(spec) {
    if (spec.launch === undefined) return { models: await listModels(attachedConnection(spec)) };
    const { version } = spec.launch;
    return version === undefined ? {} : { version: await versionOf(version) };
  },

  async open({ folder, spec }) {
    const { agreeOnExtras } = await import('./extras.ts');
    const { timedCompletion } = await import('./timed-completion.ts');
    const { loadTokenizer } = await import('@quantloop/models');
    const { prefixId } = await loadTokenizer(folder);
    const server = await reachServer(spec, folder);
    try {
      const extras = await agreeOnExtras(server, prefixId);
      return {
        generate: (request) => timedCompletion({ server, extras, ...request }),
        release: () => server.release(),
      };
    } catch (error) {
      await server.release();
      throw error;
    }
  },

  async openForTasks(options) {
    const { openOpenAiTaskModel } = await import('./openai-task-model.ts');
    return openOpenAiTaskModel(options);
  },
};

async function versionOf([program, ...args]: NonNullable<LaunchedServer['version']>): Promise<string> {
  try {
    return (await promisify(execFile)(program!, args, { timeout: 120_000 })).stdout.trim();
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `engine.launch.version: ${(cause as Error).message}`,
      hint: 'Give a command that prints the version of the server and ends, e.g. [vllm, --version].',
      cause,
    });
  }
}
