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
}

const FIELDS = ['index', 'name', 'memory.total', 'compute_cap', 'driver_version'] as const;

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
    };
  });
}

/** The NVIDIA devices of this machine; none where there is no driver or no device. */
export async function readNvidiaGpus(): Promise<NvidiaGpu[]> {
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
