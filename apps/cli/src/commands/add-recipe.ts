import type { Command } from 'commander';
import { actOptions, type ActOptions } from './common-options.ts';

export function define(command: Command): void {
  actOptions(command)
    .summary('have a running campaign try another recipe')
    .argument('<file>', 'one recipe, written as under search.recipes: YAML or JSON')
    .action(async (name: string, file: string, options: ActOptions) => {
      const { candidateOf } = await import('@quantloop/core');
      const { METHOD_FACTS } = await import('@quantloop/quantize');
      const { sendAct } = await import('../acts/send-act.ts');
      const { recipeFromFile } = await import('../stages/recipe-from-file.ts');
      const named = await recipeFromFile(file);
      await sendAct(name, options, ({ targets }) => {
        const { suits: _, ...candidate } = candidateOf(named, targets, METHOD_FACTS);
        return { kind: 'add-recipe', ...candidate };
      });
    });
}
