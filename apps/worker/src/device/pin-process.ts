import { allNvidiaGpus } from '@quantloop/evaluate';
import { setPlaceOfProcess, type PinnedPlace } from '@quantloop/jobs';
import { QuantloopError } from '@quantloop/core';
import { pinToCores } from './cpu-affinity.ts';
import { parseDevice } from './parse-device.ts';

/**
 * Keeps this process, and every job that it starts from now on, to some devices of the machine: cores by the system's
 * affinity, NVIDIA devices by what CUDA is shown. Jobs hold leases of these alone, so that workers on other devices measure
 * at the same time. Comes before anything that asks what hardware there is.
 *
 * @param devices as {@link parseDevice} reads them; at least one
 * @throws QuantloopError `invalid-spec` where there is no such device, `unsupported` where it cannot be pinned here.
 */
export async function pinProcess(devices: readonly string[]): Promise<PinnedPlace> {
  const parsed = devices.map(parseDevice);
  const cores = parsed.flatMap((device) => (device.kind === 'cpu' ? device.cores : []));
  const names = parsed.flatMap((device) => (device.kind === 'cuda' ? [device.name] : []));
  const gpus = names.length === 0 ? [] : await findGpus(names);
  if (cores.length > 0) await pinToCores(cores);
  // Names, since numbers depend on the order in which devices are counted. None: what runs on cores sees no device.
  process.env['CUDA_VISIBLE_DEVICES'] = gpus.join(',');
  const place = { cpus: [...new Set(cores)], gpus };
  setPlaceOfProcess(place);
  return place;
}

async function findGpus(names: readonly string[]): Promise<string[]> {
  const gpus = await allNvidiaGpus();
  const found = names.map((name) => {
    const gpu = gpus.find(({ index, uuid }) => name === uuid || name === String(index));
    if (gpu !== undefined && gpu.uuid !== '') return gpu.uuid;
    const there = gpus.map(({ index, name, uuid }) => `${index} (${name}, ${uuid})`).join('; ') || 'none';
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `--device cuda:${name}: nvidia-smi lists no such device; there are: ${there}`,
      hint: 'Name one that is there; `quantloop doctor` says what this machine has.',
    });
  });
  return [...new Set(found)];
}
