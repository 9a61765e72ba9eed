import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus } from 'node:os';

export interface Cpu {
  model: string;
  /** Cores that this process may use: affinity and control-group quota taken into account. */
  cores: number;
  /** Instruction sets that decide which kernels run, in a fixed order; empty where they cannot be read. */
  features: string[];
}

/** The kernel's name of a flag → the name used here. Everything that ONNX Runtime's matrix kernels choose by. */
const FEATURES: Record<string, string> = {
  avx: 'avx',
  avx2: 'avx2',
  fma: 'fma',
  f16c: 'f16c',
  avx_vnni: 'avx_vnni',
  avx512f: 'avx512f',
  avx512bw: 'avx512bw',
  avx512_vnni: 'avx512_vnni',
  avx512_bf16: 'avx512_bf16',
  avx512_fp16: 'avx512_fp16',
  amx_tile: 'amx_tile',
  amx_int8: 'amx_int8',
  amx_bf16: 'amx_bf16',
  asimd: 'neon',
  asimdhp: 'neon_fp16',
  asimddp: 'neon_dotprod',
  i8mm: 'neon_i8mm',
  bf16: 'neon_bf16',
  sve: 'sve',
  sve2: 'sve2',
};

/** Reads the text of Linux's `/proc/cpuinfo` (x86: `flags`, ARM: `Features`). */
export function parseCpuInfo(text: string): { model: string | undefined; features: string[] } {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim();
  const flags = new Set((field('flags') ?? field('Features') ?? '').split(/\s+/));
  return {
    model: field('model name'),
    features: Object.entries(FEATURES).flatMap(([flag, name]) => (flags.has(flag) ? [name] : [])),
  };
}

/**
 * The processor as this process sees it. `/proc` is read directly: 0.2 ms, where the `systeminformation` package
 * takes 75 ms to load and 100 ms to answer through child processes.
 */
export async function readCpu(): Promise<Cpu> {
  const info = parseCpuInfo(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
  const known = cpus()[0]?.model.trim();
  return {
    model: info.model ?? (known === undefined || known === '' ? arch() : known),
    cores: availableParallelism(),
    // Every 64-bit ARM processor has NEON, also where there is no /proc.
    features: info.features.length === 0 && arch() === 'arm64' ? ['neon'] : info.features,
  };
}
