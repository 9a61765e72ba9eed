import { statfs } from 'node:fs/promises';
import { availableMemory, version as nodeVersion } from 'node:process';
import { formatValue } from '@quantloop/core';
import { hardwareFingerprint, type HardwareFingerprint, usableMemory } from './hardware-fingerprint.ts';

export interface DoctorCheck {
  name: string;
  /** `missing`: something does not work without it. `warn`: it works, with less speed or room. */
  status: 'ok' | 'warn' | 'missing';
  value: string;
  /** What to do, as a sentence; empty where all is well. */
  advice: string;
}

export interface DoctorOptions {
  /** A folder on the disk that is going to hold runs and the store. Default: the working directory. */
  path?: string;
}

const GIB = 2 ** 30;

/** What of this machine quantloop depends on, for `quantloop doctor`: one line a thing, with the way to get it. */
export async function doctorChecks(options: DoctorOptions = {}): Promise<DoctorCheck[]> {
  const hardware = await hardwareFingerprint();
  return [
    checkNode(nodeVersion),
    ...checkOnnxRuntime(hardware),
    checkCpu(hardware),
    checkMemory(),
    checkNvidia(hardware),
    await checkDisk(options.path ?? '.'),
  ];
}

/** `version` as `process.version` writes it. */
export function checkNode(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const enough = major > 22 || (major === 22 && minor >= 12);
  return {
    name: 'Node',
    status: enough ? 'ok' : 'missing',
    value: version,
    advice: enough ? '' : 'Install Node 22.12 or newer: `npm install --global node@24`.',
  };
}

/** The runtime itself, and which of its execution providers can be used. */
export function checkOnnxRuntime(hardware: HardwareFingerprint): DoctorCheck[] {
  const { version, providers } = hardware.onnxruntime;
  const idle = hardware.gpus.length > 0 && !providers.includes('cuda');
  return [
    { name: 'ONNX Runtime', status: 'ok', value: version, advice: '' },
    {
      name: 'providers',
      status: providers.includes('cpu') ? (idle ? 'warn' : 'ok') : 'missing',
      value: providers.join(', '),
      advice: providers.includes('cpu')
        ? idle
          ? 'There is an NVIDIA device but no CUDA provider: run `npm rebuild onnxruntime-node` without ONNXRUNTIME_NODE_INSTALL=skip (Linux x64, CUDA 12).'
          : ''
        : `onnxruntime-node has no binary for ${hardware.os}-${hardware.arch}: use Linux x64 or arm64, macOS arm64, or Windows.`,
    },
  ];
}

/** Whether the integer dot-product instructions are there that 4- and 8-bit kernels live on. */
export function checkCpu(hardware: HardwareFingerprint): DoctorCheck {
  const fast = ['avx_vnni', 'avx512_vnni', 'amx_int8', 'neon_dotprod', 'neon_i8mm'];
  const readable = hardware.os === 'linux';
  const slow = readable && !hardware.features.some((feature) => fast.includes(feature));
  return {
    name: 'CPU',
    status: slow ? 'warn' : 'ok',
    value: `${hardware.cpu}, ${hardware.cores} usable core(s)${hardware.features.length === 0 ? '' : `: ${hardware.features.join(' ')}`}`,
    advice: slow
      ? 'No integer dot-product instructions (VNNI, AMX, dotprod): 4- and 8-bit models gain less speed here than elsewhere.'
      : '',
  };
}

function checkMemory(): DoctorCheck {
  const free = availableMemory();
  const scarce = free < GIB;
  return {
    name: 'memory',
    status: scarce ? 'warn' : 'ok',
    value: `${formatValue(free, 'B')} free of ${formatValue(usableMemory(), 'B')}`,
    advice: scarce
      ? 'Less than 1 GiB is free: close other programs before measuring, or timings include swapping.'
      : '',
  };
}

/** The devices that the provider cuda or tensorrt could use. */
export function checkNvidia(hardware: HardwareFingerprint): DoctorCheck {
  const { gpus } = hardware;
  return {
    name: 'NVIDIA devices',
    status: gpus.length === 0 ? 'warn' : 'ok',
    value:
      gpus.length === 0
        ? 'none'
        : gpus
            .map((gpu) => `${gpu.name} (${formatValue(gpu.memoryBytes, 'B')}, driver ${gpu.driver})`)
            .join('; '),
    advice:
      gpus.length === 0
        ? 'Only needed for targets with the provider cuda or tensorrt: install the NVIDIA driver, so that `nvidia-smi` lists the device.'
        : '',
  };
}

async function checkDisk(path: string): Promise<DoctorCheck> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const scarce = free < 2 * GIB;
  return {
    name: 'disk',
    status: scarce ? 'warn' : 'ok',
    value: `${formatValue(free, 'B')} free at ${path}`,
    advice: scarce ? 'Less than 2 GiB is free: run `quantloop gc`, or choose a folder on a larger disk.' : '',
  };
}
