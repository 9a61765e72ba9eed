import { QuantloopError, type OpenAiEngine } from '@quantloop/core';
import { z } from 'zod';
import { askServer } from './ask-server.ts';
import type { Connection } from './connection.ts';

/** How a server calls a model, and how much of it fits. */
export interface ServedModel {
  name: string;
  /** Tokens of prompt and answer together, where the server says it. */
  contextLength: number | undefined;
}

const Models = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      /** vLLM's and SGLang's. */
      max_model_len: z.int().positive().nullish(),
    }),
  ),
});

export const listModels = (connection: Connection) =>
  askServer({ connection, path: '/models', answer: Models }).then(({ data }) => data);

/** Finds the model of a spec among those that the server lists. */
export async function findServedModel(
  connection: Connection,
  spec: OpenAiEngine,
  folder: string,
): Promise<ServedModel> {
  const models = await listModels(connection);
  const wanted = spec.model?.replaceAll('{folder}', folder);
  const found = wanted === undefined ? models : models.filter(({ id }) => id === wanted);
  if (found.length === 1) return { name: found[0]!.id, contextLength: found[0]!.max_model_len ?? undefined };
  const names = models.map(({ id }) => id).join(', ');
  throw new QuantloopError({
    code: 'invalid-spec',
    message:
      wanted === undefined
        ? `${connection.url} serves ${models.length} models: ${names || 'none'}`
        : `${connection.url} does not serve "${wanted}"; it has ${names || 'none'}`,
    hint: 'Name one of them: engine.model.',
  });
}
