import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import type { WorkerRole } from '../session.ts';
import {
  metricsOption,
  outputOptions,
  serverOptions,
  type MetricsOptions,
  type OutputOptions,
  type ServerOptions,
} from './common-options.ts';

interface WorkerOptions extends OutputOptions, ServerOptions, MetricsOptions {
  target: string[];
  device: string[];
  control?: true;
  prepare?: true;
  deployment?: string;
  buildId?: string;
}

export function define(command: Command): void {
  outputOptions(metricsOption(serverOptions(command)))
    .summary('work for campaigns that run elsewhere')
    .description(
      'Works for campaigns until it is stopped. All workers of a campaign share its store (--store): a folder on a ' +
        'shared file system, or s3://bucket/prefix, when they are on several machines. SIGTERM or Ctrl-C drains it: it takes no more work, its ' +
        'jobs stop at their checkpoints, another worker goes on from there, and it ends with exit code 0 within 20 s. A ' +
        'second signal, or SIGKILL, ends it at once, and the server gives its work to another one 15 s later. ' +
        'It logs to standard error (lines for people on a terminal, JSON elsewhere) and to logs/ in --dir.',
    )
    .option('--target <id>', 'measure on this machine as this target of a campaign (repeatable)', collect, [])
    .option(
      '--device <device>',
      'keep the jobs to cores (cpu:0-3,8) or an NVIDIA device (cuda:0, cuda:GPU-…), and measure beside workers on other ' +
        'devices (repeatable; default: the whole machine, one measurement at a time)',
      collect,
      [],
    )
    .option('--control', 'run the workflows and write reports')
    .option('--prepare', 'import and quantize models')
    .option(
      '--deployment <name>',
      'with --control: be a worker of this Temporal worker deployment, and take tasks once its version is the current one',
    )
    .option(
      '--build-id <id>',
      'name of the version in the deployment (default: version and digest of the workflows)',
    )
    .action(async (options: WorkerOptions) => {
      const roles: WorkerRole[] = [
        ...(options.control ? (['control'] as const) : []),
        ...(options.prepare ? (['prepare'] as const) : []),
        ...options.target.map((target) => ({ target })),
      ];
      if (roles.length === 0) {
        throw new CliError({
          message: 'the worker has nothing to do',
          hint: 'Say what it is for: --target <id>, --prepare, --control, or several of them.',
          exitCode: EXIT.invalid,
        });
      }
      const deployment = deploymentOf(options);
      const { openSession } = await import('../session.ts');
      const { deployedVersion, promotion } = await import('../temporal/deployed-version.ts');
      const { interruption, Interrupted } = await import('../run/interruption.ts');
      const stop = interruption('stopped');
      const session = await openSession({
        ...options,
        onProgress: (line) => console.error(line),
        logAs: 'worker',
      });
      try {
        await session.startWorkers(roles, { devices: options.device, ...(deployment && { deployment }) });
        const version = await deployedVersion(session);
        const names = roles.map((role) => (typeof role === 'string' ? role : role.target));
        const { address, metricsUrl } = session;
        if (options.json) {
          const ready = { ready: true, pid: process.pid, address, roles: names, devices: options.device };
          const metrics = metricsUrl !== undefined && { metrics: metricsUrl };
          console.log(JSON.stringify({ ...ready, ...metrics, ...(version && { version }) }));
        } else {
          console.log(
            `Working on ${address} as ${names.join(', ')} (process ${process.pid}). Ctrl-C stops it.` +
              (metricsUrl === undefined ? '' : `\nMetrics: ${metricsUrl}`),
          );
        }
        if (version?.current === false) console.error(promotion(version, session));
        await Promise.race([stop.happened, session.failed]);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        console.error('Draining: what runs is handed over at its checkpoint.');
      } finally {
        await session.close();
        stop.dispose();
      }
    });
}

function deploymentOf({ control, deployment, buildId }: WorkerOptions) {
  if (deployment === undefined && buildId === undefined) return undefined;
  if (deployment !== undefined && control) {
    return { name: deployment, ...(buildId !== undefined && { buildId }) };
  }
  throw new CliError({
    message: '--deployment and --build-id are of control workers, and the second of a deployment',
    hint: 'Workers that measure and prepare are of no version: give both with --control, or leave them out.',
    exitCode: EXIT.invalid,
  });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
