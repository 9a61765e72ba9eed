import { FAILURE_CODES, QuantloopError, type FailureCode } from '@quantloop/core';

/** What libraries say when they run out of something: V8, Node, ONNX Runtime, CUDA. */
const SIGNATURES: readonly { code: FailureCode; pattern: RegExp; hint: string }[] = [
  {
    code: 'disk-full',
    pattern: /ENOSPC|EDQUOT|no space left on device/i,
    hint: 'Free space on the disk, or choose a store folder on a larger one; finished work is kept.',
  },
  {
    code: 'out-of-memory',
    pattern:
      /out of memory|bad_alloc|Array buffer allocation failed|Failed to allocate memory|ENOMEM|ERR_MEMORY_ALLOCATION_FAILED/i,
    hint: 'Run on a machine with more memory, or lower the batch size; finished blocks are kept.',
  },
  {
    code: 'device-lost',
    pattern:
      /device (?:was |is )?lost|CUDA (?:error|failure)\b.*(?:unspecified launch failure|device unavailable|999|719)|GPU has fallen off the bus/i,
    hint: 'Check the device with "quantloop doctor"; the job goes on from its last finished block.',
  },
];

/** Any thrown value as a QuantloopError: its own code where it has one, else by what its text says, else `internal`. */
export function classifyError(error: unknown): QuantloopError {
  if (error instanceof QuantloopError) return error;
  if (!(error instanceof Error)) return internal(String(error), error);
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  // A plugin may carry its own copy of the error class.
  if (error.name === 'QuantloopError' && typeof code === 'string' && code in FAILURE_CODES) {
    return new QuantloopError({
      code: code as FailureCode,
      message: error.message,
      ...(typeof hint === 'string' ? { hint } : {}),
      cause: error,
    });
  }
  const text = `${typeof code === 'string' ? code : ''} ${error.message}`;
  const known = SIGNATURES.find(({ pattern }) => pattern.test(text));
  if (known) return new QuantloopError({ ...known, message: error.message, cause: error });
  return internal(`${error.name}: ${error.message}`, error);
}

function internal(message: string, cause: unknown): QuantloopError {
  const hint = 'This is a defect of quantloop or of a plugin: please report it with the stack trace.';
  return new QuantloopError({ code: 'internal', message, hint, cause });
}
