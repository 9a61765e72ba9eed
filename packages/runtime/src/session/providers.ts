import { QuantloopError, type OnnxRuntimeEngine } from '@quantloop/core';
import { listSupportedBackends } from 'onnxruntime-node';

export type Provider = OnnxRuntimeEngine['provider'];

/** The execution providers this build of ONNX Runtime knows; `bundled` ones need no further library. */
export function availableProviders(): { name: string; bundled: boolean }[] {
  return listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
}

/** Refuses a provider this build does not know, before a session fails with less to say. */
export function requireProvider(provider: Provider): void {
  if (!availableProviders().some(({ name }) => name === provider)) throw providerMissing(provider);
}

/** The error for a provider that is unknown, or whose libraries do not load. */
export function providerMissing(provider: Provider, cause?: unknown): QuantloopError {
  const ready = availableProviders().filter(({ name, bundled }) => bundled && name !== provider);
  return new QuantloopError({
    code: 'unsupported',
    message: `execution provider "${provider}" is not available here; available: ${ready.map(({ name }) => name).join(', ')}`,
    hint: 'Run `quantloop doctor` to see what the provider needs, or choose another one in the target.',
    cause,
  });
}
