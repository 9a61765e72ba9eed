import { statfs } from 'node:fs/promises';

interface Sample {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  value: number;
}

/** What Prometheus' clients tell of their process, under the same names, and the room that the store has. */
export async function processMetrics(storeRoot: string): Promise<string> {
  const { user, system } = process.cpuUsage();
  const free = await statfs(storeRoot).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  const samples: Sample[] = [
    {
      ...{
        name: 'process_cpu_seconds_total',
        type: 'counter',
        help: 'Processor time of this process, jobs aside',
      },
      value: (user + system) / 1e6,
    },
    {
      ...{ name: 'process_resident_memory_bytes', type: 'gauge', help: 'Memory of this process, jobs aside' },
      value: process.memoryUsage.rss(),
    },
    {
      ...{ name: 'process_start_time_seconds', type: 'gauge', help: 'When this process began, since 1970' },
      value: performance.timeOrigin / 1000,
    },
  ];
  if (free !== undefined) {
    samples.push({
      ...{ name: 'quantloop_store_free_bytes', type: 'gauge', help: 'Room on the disk of the store' },
      value: free,
    });
  }
  return samples
    .map(
      ({ name, type, help, value }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`,
    )
    .join('');
}
