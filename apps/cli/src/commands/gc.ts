import type { Command } from 'commander';
import {
  nonNegativeInteger,
  outputOptions,
  serverOptions,
  storeRoot,
  type OutputOptions,
  type ServerOptions,
} from './common-options.ts';

interface GcOptions extends OutputOptions, ServerOptions {
  out: string;
  days: number;
  dryRun?: boolean;
}

export function define(command: Command): void {
  outputOptions(serverOptions(command))
    .summary('drop from the store what no run needs')
    .description(
      'Drops from the store what no job asked for in some days, and no run whose folder is there needs: of a run its models, texts, results for each document, and the versions that were selected stay. Not while a campaign runs. On S3 the bucket is cleared, and uploads that nobody finished are given up; caches keep to their own limit.',
    )
    .option('--days <n>', 'days in which nothing asked for it', nonNegativeInteger, 30)
    .option('--out <folder>', 'folder where runs are: <out>/<campaign>/<run>/', 'quantloop-out')
    .option('--dry-run', 'drop nothing, say what would go')
    .action(async ({ out, days, dryRun = false, ...options }: GcOptions) => {
      const { collectGarbage } = await import('@quantloop/artifacts');
      const { formatValue } = await import('@quantloop/core');
      const { refuseWhileRunning } = await import('../gc/refuse-while-running.ts');
      const { retainedReferences } = await import('../gc/retained-references.ts');
      await refuseWhileRunning(options);
      const { runs, references } = await retainedReferences(out);
      const since = new Date(Date.now() - days * 24 * 3600 * 1000);
      const garbage = await collectGarbage({ root: storeRoot(options), keep: references, since, dryRun });
      if (options.json) {
        const { printJson } = await import('../output/print-json.ts');
        return printJson({ dryRun, runs, ...garbage });
      }
      const { blobs, bytes, results, checkpoints, kept } = garbage;
      console.log(
        `${dryRun ? 'Would drop' : 'Dropped'} ${formatValue(bytes, 'B')} in ${blobs} files, ${results} results, ${checkpoints} checkpoints. ` +
          `${formatValue(kept.bytes, 'B')} stay, for ${runs} runs and what was asked for in the last ${days} days.`,
      );
    });
}
