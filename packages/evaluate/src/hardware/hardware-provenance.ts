import { version as nodeVersion } from 'node:process';
import type { Provenance } from '@quantloop/core';
import type { HardwareFingerprint } from './hardware-fingerprint.ts';

/** The machine in words, to travel with every number that was measured on it. */
export function hardwareProvenance(hardware: HardwareFingerprint): Provenance {
  const { cpu, cores, features, memoryBytes, gpus, os, arch, kernel, onnxruntime, digest } = hardware;
  return {
    cpu,
    cores,
    cpuFeatures: features.join(' '),
    memory: memoryBytes,
    gpu: gpus.map(({ name, driver }) => `${name} (driver ${driver})`).join(', ') || 'none',
    kernel: `${os} ${kernel} ${arch}`,
    node: nodeVersion,
    onnxruntime: onnxruntime.version,
    providers: onnxruntime.providers.join(' '),
    hardware: digest,
  };
}
