import type { Command } from 'commander';
import {
  outputOptions,
  placeOptions,
  nonNegativeInteger,
  positiveInteger,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';

interface EvaluateOptions extends OutputOptions, PlaceOptions {
  task: string[];
  limit?: number;
  fewShot?: number;
  runUnsafeCode?: true;
  data?: string;
  baseline?: string;
  performance?: true;
  promptTokens: number;
  newTokens: number;
  batch: number[];
  threads?: number;
  provider: string;
  url?: string;
  servedModel?: string;
  apiKeyEnv?: string;
  seed: number;
}

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('measure one model, without a campaign')
    .argument('<model>', 'builtin:demo, a Hugging Face or ONNX folder, or hf:org/name@revision')
    .option(
      '--task <task>',
      'a built-in task or group, e.g. gsm8k or mmlu, or an lm-eval task file (repeatable)',
      collect,
      [],
    )
    .option('--limit <n>', 'only the first documents of each task', positiveInteger)
    .option('--few-shot <n>', 'examples before each question (default: as the task says)', nonNegativeInteger)
    .option('--data <path>', 'folder or file with the data of the tasks (default: as the task says)')
    .option(
      '--run-unsafe-code',
      'let tasks such as humaneval run, isolated, the programs that the model writes',
    )
    .option('--performance', 'measure latency, throughput and memory too (alone when there is no --task)')
    .option('--prompt-tokens <n>', 'tokens of a prompt', positiveInteger, 128)
    .option('--new-tokens <n>', 'tokens to generate', positiveInteger, 64)
    .option('--batch <n>', 'batch size of the offline scenario (repeatable)', collectInteger, [])
    .option('--provider <name>', 'execution provider of ONNX Runtime', 'cpu')
    .option('--threads <n>', 'threads inside an operator', positiveInteger)
    .option('--url <url>', 'ask the server there that serves this model, e.g. http://127.0.0.1:8000/v1')
    .option('--served-model <name>', 'what that server calls it (default: the one model it has)')
    .option('--api-key-env <name>', 'variable with the key for it, QUANTLOOP_…')
    .option('--seed <n>', 'seed of everything random', Number, 0)
    .action(async (source: string, options: EvaluateOptions) => {
      const { evaluateModel } = await import('../stages/evaluate-model.ts');
      const { formatValue } = await import('@quantloop/core');
      const { printJson } = await import('../output/print-json.ts');
      const { textTable } = await import('../output/text-table.ts');
      const result = await evaluateModel(source, {
        ...options,
        json: options.json === true,
        storeRoot: storeRoot(options),
      });
      if (options.json) {
        printJson(result);
        return;
      }
      const rows = Object.entries(result.metrics).map(([name, { value, low, high, unit, n }]) => [
        name,
        formatValue(value, unit),
        low === value && high === value ? '' : `[${formatValue(low, unit)}, ${formatValue(high, unit)}]`,
        `n = ${n}`,
      ]);
      console.log(textTable([['metric', 'value', '95 % interval', ''], ...rows], { right: [1] }));
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function collectInteger(value: string, before: number[]): number[] {
  return [...before, positiveInteger(value)];
}
