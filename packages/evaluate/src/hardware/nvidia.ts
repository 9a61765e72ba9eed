import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface NvidiaGpu {
  index: number;
  name: string;
  /** Device memory in bytes; 0 where the driver does not say. */
  memoryBytes: number;
  /** e.g. `9.0`; empty where the driver is too old to say. */
  computeCapability: string;
  driver: string;
  /** `GPU-…`: the device's own name, whatever the order in which devices are counted. */
  uuid: string;
}

const FIELDS = ['index', 'name', 'memory.total', 'compute_cap', 'driver_version', 'uuid'] as const;

/**
 * Reads `nvidia-smi --query-gpu=… --format=csv`: a header line naming the columns, then one line a device.
 * A value the driver does not know stands there as `[N/A]` or `[Not Supported]`.
 */
export function parseNvidiaSmi(text: string): NvidiaGpu[] {
  const [header, ...rows] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // "No devices were found" and driver errors come on standard output too.
  if (header === undefined || !header.includes(',')) return [];
  const columns = header.split(',').map((column) => column.trim().replace(/ \[.*\]$/, ''));
  return rows.map((row) => {
    const cells = row.split(',').map((cell) => cell.trim());
    const cell = (field: (typeof FIELDS)[number]): string => {
      const value = cells[columns.indexOf(field)] ?? '';
      return value.startsWith('[') ? '' : value;
    };
    return {
      index: Number(cell('index')),
      name: cell('name'),
      // nvidia-smi writes MiB, as `81559 MiB`.
      memoryBytes: (Number.parseFloat(cell('memory.total')) || 0) * 2 ** 20,
      computeCapability: cell('compute_cap'),
      driver: cell('driver_version'),
      uuid: cell('uuid'),
    };
  });
}

/** The NVIDIA devices of this machine; none where there is no driver or no device. */
export async function allNvidiaGpus(): Promise<NvidiaGpu[]> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      [`--query-gpu=${FIELDS.join(',')}`, '--format=csv'],
      { timeout: 10_000 },
    );
    return parseNvidiaSmi(stdout);
  } catch {
    return [];
  }
}

/** Those of them that programs may use which this process starts. */
export async function readNvidiaGpus(): Promise<NvidiaGpu[]> {
  return visibleGpus(await allNvidiaGpus(), process.env['CUDA_VISIBLE_DEVICES']);
}

/**
 * What `CUDA_VISIBLE_DEVICES` leaves of the devices: nvidia-smi does not go by it. As CUDA reads it, the list ends at the
 * first entry that names no device, and may shorten the devices' own names. Numbers are taken as nvidia-smi's, which they are
 * with `CUDA_DEVICE_ORDER=PCI_BUS_ID` or where all devices are alike.
 */
export function visibleGpus(gpus: readonly NvidiaGpu[], visible: string | undefined): NvidiaGpu[] {
  if (visible === undefined) return [...gpus];
  const listed: NvidiaGpu[] = [];
  for (const entry of visible.split(',').map((part) => part.trim())) {
    const gpu = gpus.find(({ index, uuid }) =>
      entry.startsWith('GPU-') ? uuid.startsWith(entry) : entry === String(index),
    );
    if (gpu === undefined) break;
    listed.push(gpu);
  }
  return listed;
}
