import { spawn, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { readNvidiaGpus } from '../../hardware/nvidia.ts';
import { processTree } from '../../hardware/process-tree.ts';

/** What a model took of the NVIDIA devices while it was working alone. */
export const GpuSamples = z.strictObject({
  /** Bytes at the peak, over all devices. */
  peak: z.number(),
  /**
   * `process`: what nvidia-smi says this process and its children hold. `device`: the increase over what was in use
   * before, where it does not know them (in a container processes have other numbers outside).
   */
  scope: z.enum(['process', 'device']),
  /** Share of the time in which a kernel was running, mean over samples and devices. */
  utilisation: z.number(),
  samples: z.int().positive(),
});
export type GpuSamples = z.infer<typeof GpuSamples>;

const MIB = 2 ** 20;
const INTERVAL_MS = 200;
const FORMAT = ['--format=csv,noheader,nounits', `--loop-ms=${INTERVAL_MS}`];
const DEVICES = ['--query-gpu=index,memory.used,utilization.gpu', ...FORMAT];
const PROCESSES = ['--query-compute-apps=pid,used_gpu_memory', ...FORMAT];

/** Samples `nvidia-smi`, as one process that keeps writing instead of one for each sample. */
export class GpuWatch {
  readonly #children: ChildProcess[];
  /** Of each device and each process, in the order of the samples. */
  readonly #used = new Map<number, number[]>();
  readonly #held = new Map<number, number>();
  readonly #utilisation: number[] = [];
  readonly #family = new Set<number>([process.pid]);

  /** Undefined on a machine without NVIDIA devices. */
  static async start(): Promise<GpuWatch | undefined> {
    const gpus = await readNvidiaGpus();
    return gpus.length === 0 ? undefined : new GpuWatch(gpus.map(({ index }) => index));
  }

  private constructor(indices: readonly number[]) {
    const only = `--id=${indices.join(',')}`;
    const devices = this.#follow([...DEVICES, only], ([index, used, utilisation]) => {
      this.#used.set(index!, [...(this.#used.get(index!) ?? []), used! * MIB]);
      if (Number.isFinite(utilisation)) this.#utilisation.push(utilisation! / 100);
    });
    const processes = this.#follow([...PROCESSES, only], ([pid, held]) => {
      if (Number.isFinite(held)) this.#held.set(pid!, Math.max(this.#held.get(pid!) ?? 0, held! * MIB));
    });
    this.#children = [devices, processes];
  }

  /** The processes that do the watching. */
  get helpers(): number[] {
    return this.#children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Undefined where the driver gave no sample. */
  async stop(): Promise<GpuSamples | undefined> {
    for (const { pid } of await processTree(process.pid)) this.#family.add(pid);
    await Promise.all(this.#children.map(ended));
    const samples = Math.max(0, ...[...this.#used.values()].map(({ length }) => length));
    if (samples === 0) return undefined;
    const own = [...this.#held].filter(([pid]) => this.#family.has(pid)).map(([, bytes]) => bytes);
    const increases = [...this.#used.values()].map((used) => Math.max(...used) - used[0]!);
    return {
      peak: sum(own.length > 0 ? own : increases),
      scope: own.length > 0 ? 'process' : 'device',
      utilisation: this.#utilisation.length === 0 ? 0 : sum(this.#utilisation) / this.#utilisation.length,
      samples,
    };
  }

  /** Reads whole lines of comma-separated numbers; `[N/A]` becomes NaN. */
  #follow(args: string[], onRow: (row: number[]) => void): ChildProcess {
    const child = spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    // Gone between the listing of devices and now: then there are no samples.
    child.on('error', () => {});
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line.includes(',')) onRow(line.split(',').map(Number));
    });
    return child;
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill();
  await closed;
}
