import { QuantloopError } from '@quantloop/core';
import { parseCores } from '@quantloop/evaluate';

/** What `--device` names: cores of the processor, or one NVIDIA device by its number or its own name. */
export type Device = { kind: 'cpu'; cores: readonly number[] } | { kind: 'cuda'; name: string };

/**
 * Reads `cpu:0-3,8` (cores, as Linux writes lists) or `cuda:0` or `cuda:GPU-4b1c6f5e-…`.
 *
 * @throws QuantloopError `invalid-spec`.
 */
export function parseDevice(text: string): Device {
  const [, kind, rest = ''] = /^(cpu|cuda):(.+)$/.exec(text) ?? [];
  if (kind === 'cuda' && /^(\d+|GPU-[0-9a-f-]+)$/.test(rest)) return { kind, name: rest };
  const cores = kind === 'cpu' ? parseCores(rest) : undefined;
  if (cores !== undefined) return { kind: 'cpu', cores };
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `--device ${text}: this names no device`,
    hint: 'Write cpu:0-3,8 for cores, or cuda:0 or cuda:GPU-… for an NVIDIA device as `nvidia-smi -L` lists it.',
  });
}
