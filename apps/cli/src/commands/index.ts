import type { Command } from 'commander';

/** Adds a command's arguments, options and action. The action reports its exit code where it is not 0. */
export interface CommandModule {
  define(command: Command, exitWith: (exitCode: number) => void): void;
}

/** Every command, loaded when it is called. Their order is that of the help. */
export const COMMANDS = {
  init: () => import('./init.ts'),
  run: () => import('./run.ts'),
  validate: () => import('./validate.ts'),
  plan: () => import('./plan.ts'),
  schedule: () => import('./schedule.ts'),
  list: () => import('./list.ts'),
  status: () => import('./status.ts'),
  pause: () => import('./pause.ts'),
  resume: () => import('./resume.ts'),
  finish: () => import('./finish.ts'),
  cancel: () => import('./cancel.ts'),
  approve: () => import('./approve.ts'),
  reject: () => import('./reject.ts'),
  'add-recipe': () => import('./add-recipe.ts'),
  relax: () => import('./relax.ts'),
  extend: () => import('./extend.ts'),
  report: () => import('./report.ts'),
  compare: () => import('./compare.ts'),
  reproduce: () => import('./reproduce.ts'),
  worker: () => import('./worker.ts'),
  quantize: () => import('./quantize.ts'),
  sensitivity: () => import('./sensitivity.ts'),
  evaluate: () => import('./evaluate.ts'),
  serve: () => import('./serve.ts'),
  dashboard: () => import('./dashboard.ts'),
  doctor: () => import('./doctor.ts'),
  gc: () => import('./gc.ts'),
  demo: () => import('./demo.ts'),
  completion: () => import('./completion.ts'),
} satisfies Record<string, () => Promise<CommandModule>>;

export type CommandName = keyof typeof COMMANDS;

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
