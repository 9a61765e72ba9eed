import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { SCRIPT, startProgramInTerminal } from '../support/terminal.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const missing = SHELLS.filter((shell) => !isInstalled(shell));
const without = (shell: (typeof SHELLS)[number]) =>
  missing.includes(shell) ? ` (skipped: no ${shell} here)` : '';

/** What is typed, and what is offered for its last word. */
const LINES: [string, string[]][] = [
  ['quantloop sta', ['status']],
  ['quantloop schedule tri', ['trigger']],
  ['quantloop run night', ['night.yaml']],
  ['quantloop run --no', ['--no-workers']],
  ['quantloop run night.yaml --out quantloop-o', ['quantloop-out/']],
  ['quantloop status ', ['support-bot', 'nightly']],
  ['quantloop schedule pause ni', ['nightly']],
  ['quantloop report support-bot/', ['support-bot/2026-08-01T01-00']],
  ['quantloop init --use ', ['one-user', 'batches', 'both']],
  ['quantloop quantize buil', ['builtin:demo']],
  ['quantloop quantize model --bits 4 --method gp', ['gptq']],
  ['quantloop evaluate model --task gsm8', ['gsm8k']],
  ['quantloop completion f', ['fish']],
];

let folder: string;
const scripts = {} as Record<(typeof SHELLS)[number], string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-completion-'));
  await mkdir(join(folder, 'quantloop-out/support-bot/2026-08-01T01-00'), { recursive: true });
  await writeFile(join(folder, 'night.yaml'), 'campaign: nightly # every night\n');
  await Promise.all(
    SHELLS.map(async (shell) => {
      const { code, stdout, stderr } = await runCli(['completion', shell], { cwd: folder });
      expect([code, stderr]).toEqual([0, '']);
      scripts[shell] = join(folder, `.script.${shell}`);
      await writeFile(scripts[shell], stdout);
    }),
  );
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(missing.includes('bash'))(`completion in bash${without('bash')}`, () => {
  it.each(LINES)('%s', (line, offered) => {
    expect(inBash(line)).toEqual(offered.map((word) => word.replace(/\/$/, '')).sort());
  });

  it('reads options with = and values that hold a colon as one word', () => {
    expect(inBash('quantloop run --out=quantloop-o')).toEqual(['quantloop-out']);
    expect(inBash('quantloop quantize builtin:d')).toEqual(['demo']);
    expect(inBash('quantloop quantize --method=gptq buil')).toEqual(['builtin:demo']);
    // Several words may follow this one.
    expect(inBash('quantloop sensitivity --precisions 3 4 --met')).toEqual(['--method']);
  });

  it.skipIf(SCRIPT === undefined)('completes what is typed on a terminal', async () => {
    const shell = startProgramInTerminal(['bash', '--norc', '--noprofile', '-i'], {
      cwd: folder,
      columns: 100,
      env: { PS1: '> ' },
    });
    shell.type('source .script.bash; echo rea""dy\n');
    await shell.shows('ready');
    shell.type('quantloop stat\tni\t');
    await shell.shows('quantloop status nightly');
    shell.type('\u0015exit\n');
    await shell.ended;
  });
});

describe.skipIf(missing.includes('fish'))(`completion in fish${without('fish')}`, () => {
  it.each(LINES)('%s', (line, offered) => {
    const out = execFileSync(
      'fish',
      ['--no-config', '-c', `source $argv[1]; complete -C $argv[2]`, scripts.fish, line],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const words = out.split('\n').filter((row) => row !== '');
    expect(words.map((row) => row.split('\t')[0]!).sort()).toEqual([...offered].sort());
  });
});

describe.skipIf(missing.includes('zsh') || SCRIPT === undefined)(`completion in zsh${without('zsh')}`, () => {
  it('completes what is typed on a terminal', async () => {
    const shell = startProgramInTerminal(['zsh', '-f', '-i'], { cwd: folder, columns: 100 });
    shell.type('bindkey -e; autoload -U compinit; compinit -u -D; source .script.zsh; PS1=next"> "\n');
    for (const [line, [word]] of LINES.filter(([, offered]) => offered.length === 1)) {
      const typed = line.split(' ').slice(0, -1).join(' ');
      await shell.shows('next> ');
      // Back at its start, the completed line becomes what is printed.
      shell.type(`${line}\t\u0001print -r -- "<\u0005>"\n`);
      await shell.shows(`\n<${typed} ${word!.replace(/\/$/, '')}`);
    }
    shell.type('exit\n');
    await shell.ended;
  });
});

/** What the function offers, called as bash calls it: words cut at blanks, = and :. */
function inBash(line: string): string[] {
  const words = line
    .split(' ')
    .flatMap((word) => (word === '' ? [''] : word.split(/([=:])/).filter(Boolean)));
  const call =
    'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _quantloop; printf "%s\\n" "${COMPREPLY[@]}"';
  const out = execFileSync('bash', ['--norc', '-c', call, scripts.bash, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return [...new Set(out.split('\n').filter((row) => row !== ''))].sort();
}

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'exit'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
