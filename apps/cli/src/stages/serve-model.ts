import { access } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { serve, type ServeOptions } from '@quantloop/serve';
import { printJson } from '../output/print-json.ts';
import { interruption, Interrupted } from '../run/interruption.ts';
import { parseEngine, type EngineFlags } from './parse-engine.ts';

export interface ServeModelOptions extends Omit<ServeOptions, 'folder' | 'name' | 'engine'>, EngineFlags {
  storeRoot: string;
  json: boolean;
}

/** Serves a model until Ctrl-C or SIGTERM. */
export async function serveModel(source: string, options: ServeModelOptions): Promise<void> {
  const { json } = options;
  const engine = parseEngine(options);
  const place = await placeOf(source, options);
  const stop = interruption('stopped');
  try {
    const server = await serve({ ...options, ...place, engine });
    if (json) printJson({ url: server.url, model: server.model, pid: process.pid });
    else
      console.log(`Serving ${server.model} on ${server.url}/v1 (process ${process.pid}). Ctrl-C stops it.`);
    await stop.happened.catch((reason: unknown) => {
      if (!(reason instanceof Interrupted)) throw reason;
    });
    await server.drain();
  } finally {
    stop.dispose();
  }
}

/** A folder with a model in it is served where it is; anything else is imported, and goes by its source's name. */
async function placeOf(
  source: string,
  { storeRoot, json }: ServeModelOptions,
): Promise<{ folder: string; name: string }> {
  const folder = resolve(source);
  const ready = await access(join(folder, 'model.onnx')).then(
    () => true,
    () => false,
  );
  if (ready) return { folder, name: basename(folder) };
  const { openStore } = await import('@quantloop/artifacts');
  const { importSource } = await import('./run-visibly.ts');
  const store = await openStore({ root: storeRoot });
  const { model } = await importSource(source, { store, json });
  const name = /^(builtin|hf):/.test(source) ? source : basename(folder);
  return { folder: await store.folder(model), name };
}
