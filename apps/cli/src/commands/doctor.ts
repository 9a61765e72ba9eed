import type { Command } from 'commander';
import {
  outputOptions,
  serverOptions,
  storeRoot,
  type OutputOptions,
  type ServerOptions,
} from './common-options.ts';

export function define(command: Command, exitWith: (exitCode: number) => void): void {
  outputOptions(serverOptions(command))
    .summary('look at what this machine has, and say what is missing')
    .action(async (options: OutputOptions & ServerOptions) => {
      const { default: colors } = await import('picocolors');
      const { doctorChecks } = await import('@quantloop/evaluate');
      const { serverChecks } = await import('../doctor/server-checks.ts');
      const { storeCheck } = await import('../doctor/store-check.ts');
      const { printJson } = await import('../output/print-json.ts');
      const { textTable } = await import('../output/text-table.ts');
      const checks = [
        ...(await doctorChecks({ path: '.' })),
        ...(await serverChecks(options)),
        await storeCheck(storeRoot(options)),
      ];
      const healthy = checks.every((check) => check.status !== 'missing');
      if (options.json) {
        printJson({ healthy, checks });
      } else {
        const marks = { ok: colors.green('ok'), warn: colors.yellow('warn'), missing: colors.red('missing') };
        console.log(textTable(checks.map(({ name, status, value }) => [marks[status], name, value])));
        for (const { name, status, advice } of checks) {
          if (status !== 'ok') console.log(`\n${marks[status]} ${name}: ${advice}`);
        }
      }
      exitWith(healthy ? 0 : 1);
    });
}
