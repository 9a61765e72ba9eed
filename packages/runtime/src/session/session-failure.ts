import { QuantloopError } from '@quantloop/core';
import { providerMissing, type Provider } from './providers.ts';

const NO_PROVIDER = /failed to load shared library|backend not found|no available backend|adapter/i;
const NO_KERNEL = /NOT_IMPLEMENTED|could not find an implementation|not implemented/i;
const NO_MEMORY = /bad_alloc|failed to allocate|out of memory/i;

/** ONNX Runtime reports every failure as a plain Error: this tells a missing provider from a broken model. */
export function sessionFailure(options: {
  error: unknown;
  what: string;
  provider: Provider;
}): QuantloopError {
  const { error, what, provider } = options;
  const text = error instanceof Error ? error.message : String(error);
  if (NO_PROVIDER.test(text)) return providerMissing(provider, error);
  if (NO_MEMORY.test(text)) {
    return new QuantloopError({
      code: 'out-of-memory',
      message: `${what} does not fit in memory: ${text}`,
      cause: error,
    });
  }
  if (NO_KERNEL.test(text)) {
    return new QuantloopError({
      code: 'unsupported',
      message: `${what} uses an operator that "${provider}" has no kernel for: ${text}`,
      hint: 'Choose another method, bit width or provider.',
      cause: error,
    });
  }
  return new QuantloopError({
    code: 'model-corrupt',
    message: `${what} cannot be loaded: ${text}`,
    hint: 'Import or quantize the model again.',
    cause: error,
  });
}
