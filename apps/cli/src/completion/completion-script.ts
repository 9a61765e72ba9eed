import { builtinTasks } from '@quantloop/evaluate';
import { METHOD_FACTS } from '@quantloop/quantize';
import { buildProgram } from '../program/build-program.ts';
import { commandTree, type CommandNode } from '../program/command-tree.ts';
import { bashCompletion } from './bash-completion.ts';
import { fishCompletion } from './fish-completion.ts';
import type { KnownWords } from './values.ts';
import { zshCompletion } from './zsh-completion.ts';

const SCRIPTS: Record<'bash' | 'zsh' | 'fish', (tree: CommandNode, known: KnownWords) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** The script by which a shell completes the command line, made from the commands themselves. */
export async function completionScript(shell: keyof typeof SCRIPTS): Promise<string> {
  const tree = commandTree(await buildProgram());
  return SCRIPTS[shell](tree, { methods: Object.keys(METHOD_FACTS), tasks: await builtinTasks() });
}
