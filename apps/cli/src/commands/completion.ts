import { Argument, type Command } from 'commander';
import { outputOptions, type OutputOptions } from './common-options.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function define(command: Command): void {
  outputOptions(command)
    .summary('print the completions for a shell')
    .description(
      'Prints a script that completes commands, options, values, files, campaigns and runs. Have the shell read it when it starts: ' +
        '`source <(quantloop completion bash)` in ~/.bashrc, the same with zsh in ~/.zshrc after compinit, ' +
        '`quantloop completion fish | source` in ~/.config/fish/config.fish.',
    )
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number], options: OutputOptions) => {
      const { completionScript } = await import('../completion/completion-script.ts');
      const { printJson } = await import('../output/print-json.ts');
      const script = await completionScript(shell);
      if (options.json) printJson({ shell, script });
      else process.stdout.write(script);
    });
}
