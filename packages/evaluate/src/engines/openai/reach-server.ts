import { QuantloopError, type OpenAiEngine } from '@quantloop/core';
import type { Connection } from './connection.ts';
import { launchServer } from './launch-server.ts';
import { findServedModel, type ServedModel } from './served-model.ts';

/** A server that serves a folder's model. */
export interface ReachedServer {
  connection: Connection;
  model: ServedModel;
  /** Stops what was launched; a server that was running goes on. */
  release(): Promise<void>;
}

/** Attaches to a spec's server, or launches it for this folder. */
export async function reachServer(spec: OpenAiEngine, folder: string): Promise<ReachedServer> {
  const { launch } = spec;
  if (launch === undefined) {
    const connection = attachedConnection(spec);
    return { connection, model: await findServedModel(connection, spec, folder), release: async () => {} };
  }
  const apiKey = readKey(spec);
  const headers: Record<string, string> =
    apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.value}` };
  const server = await launchServer({ launch, folder, headers });
  const connection = { url: server.url, apiKey, timeout: spec.timeout, ended: server.ended };
  try {
    return {
      connection,
      model: await findServedModel(connection, spec, folder),
      release: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The connection to a server that runs. */
export function attachedConnection(spec: OpenAiEngine): Connection {
  return { url: spec.url!.replace(/\/+$/, ''), apiKey: readKey(spec), timeout: spec.timeout };
}

function readKey({ apiKeyEnv }: OpenAiEngine): Connection['apiKey'] {
  if (apiKeyEnv === undefined) return undefined;
  const value = process.env[apiKeyEnv];
  if (value !== undefined && value !== '') return { variable: apiKeyEnv, value };
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `engine.apiKeyEnv names ${apiKeyEnv}, which is not set`,
    hint: 'Set it where the workers of this target run.',
  });
}
