import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { Terminal as Emulator } from '@xterm/headless';
import { CLI_COMMAND } from './run-cli.ts';

/** util-linux's `script`, which gives what it starts a terminal of its own. */
export const SCRIPT = ['/usr/bin/script', '/bin/script'].find((path) => existsSync(path));

export interface Terminal {
  /** Resolves once what was printed, without control characters, has come to hold the text after what was waited for last. */
  shows(text: string): Promise<void>;
  type(text: string): void;
  /** What a person sees by now, scrolled-off lines first; a line that had no room says so. */
  seen(): Promise<{ text: string; wrapped: boolean }[]>;
  ended: Promise<{ code: number; screen: string }>;
}

interface TerminalOptions {
  cwd: string;
  columns: number;
  env?: NodeJS.ProcessEnv;
  /** Program and arguments that start it. */
  through?: readonly string[];
}

/** Starts the command line in a pseudo-terminal so many columns wide. */
export function startInTerminal(args: string[], options: TerminalOptions): Terminal {
  return startProgramInTerminal([...(options.through ?? []), ...CLI_COMMAND, ...args], options);
}

/** Starts any program in a pseudo-terminal. */
export function startProgramInTerminal(words: readonly string[], options: TerminalOptions): Terminal {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const command = `stty cols ${options.columns} rows 30; exec ${quoted}`;
  const { NO_COLOR: _, ...env } = process.env;
  const child = spawn(SCRIPT!, ['-qfec', command, '/dev/null'], {
    cwd: options.cwd,
    env: { ...env, TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env },
  });
  const emulator = new Emulator({
    cols: options.columns,
    rows: 30,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  let printed = '';
  let from = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    emulator.write(text);
  });
  const screen = () => stripVTControlCharacters(printed);
  return {
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const at = screen().indexOf(text, from);
          if (at < 0) return;
          from = at + text.length;
          child.stdout.off('data', look);
          child.off('close', ended);
          resolve();
        };
        const ended = () => reject(new Error(`ended before it showed ${text}: ${screen()}`));
        child.stdout.on('data', look);
        child.on('close', ended);
        look();
      }),
    type: (text) => void child.stdin.write(text),
    seen: async () => {
      await new Promise<void>((resolve) => emulator.write('', resolve));
      const { active } = emulator.buffer;
      return Array.from({ length: active.length }, (_, i) => {
        const line = active.getLine(i)!;
        return { text: line.translateToString(true), wrapped: line.isWrapped };
      });
    },
    ended: new Promise((resolve) =>
      child.on('close', (code) => resolve({ code: code ?? -1, screen: screen() })),
    ),
  };
}
