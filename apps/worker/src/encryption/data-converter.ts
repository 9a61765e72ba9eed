import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './encryption-codec.ts';
import { payloadKeys } from './payload-keys.ts';

const FAILURES = fileURLToPath(new URL(`./failure-converter${extname(import.meta.url)}`, import.meta.url));

/**
 * How clients and workers write to the Temporal server: encrypted where the environment names keys.
 *
 * @throws QuantloopError `invalid-spec` where what it names are no keys
 */
export function dataConverter(env: NodeJS.ProcessEnv = process.env): DataConverter {
  const keys = payloadKeys(env);
  const payloadCodecs = [new EncryptionCodec(keys)];
  return keys.size === 0 ? { payloadCodecs } : { payloadCodecs, failureConverterPath: FAILURES };
}
