import { createRequire } from 'node:module';

/** The version of ONNX Runtime in use, e.g. `1.30.0`; read without loading its 46 MB library. */
export function ortVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version;
}
