import type { Storage } from './pack/storage.ts';

/**
 * Widths in bits for which a provider of ONNX Runtime 1.30 has its own kernel. What is missing falls back to the CPU or
 * does not load, so that its speed says nothing about the provider. CPU and WebGPU were run; CUDA and DirectML are
 * read from ONNX Runtime's list of kernels, which names no widths for DirectML: only the schema's default is claimed.
 */
const KERNELS: Record<Storage['layout'], Partial<Record<string, readonly number[]>>> = {
  'matmul-nbits': { cpu: [2, 4, 8], webgpu: [2, 4, 8], cuda: [4, 8], dml: [4] },
  'matmul-bnb4': { cpu: [4], webgpu: [4], cuda: [4] },
  'matmul-integer': { cpu: [8], dml: [8] },
  // The product is one of float32 everywhere: no faster than before.
  'matmul-half': {},
  'matmul-float8': {},
};

/** Whether the target's engine computes a layout with a kernel of its own. */
export function kernelFor(
  layout: Storage['layout'],
  bits: number,
  target: { kind: string; provider: string },
): 'native' | 'simulated' {
  if (target.kind !== 'onnxruntime') return 'simulated';
  return KERNELS[layout][target.provider]?.includes(bits) === true ? 'native' : 'simulated';
}

/** Providers whose GroupQueryAttention was seen to read caches of int8. */
export const INT8_CACHES: readonly string[] = ['cpu'];

/** Providers with a GatherBlockQuantized of their own: DirectML's list of kernels has none. */
export const PACKED_LOOKUPS: readonly string[] = ['cpu', 'webgpu', 'cuda'];
