import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCampaignFile, parseRecipe } from '@quantloop/core';
import { CommanderError, type Command } from 'commander';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { campaignReference } from '../../../../docs/generate/campaign-reference.ts';
import { cliReference } from '../../../../docs/generate/cli-reference.ts';
import { readSchemaComments } from '../../../../docs/generate/schema-comments.ts';
import { buildProgram } from '../../src/program/build-program.ts';
import { allCommands, commandTree } from '../../src/program/command-tree.ts';
import { findTemporalCli } from '../../src/temporal/find-temporal-cli.ts';
import { runCli } from '../support/run-cli.ts';
import { codeBlocks, ROOT, shellCommands } from './code-blocks.ts';

const blocks = await codeBlocks();
const inLanguage = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));

/** What completes a part of a campaign file to one. */
const REST = {
  campaign: 'rest',
  models: [{ id: 'model', source: 'builtin:demo' }],
  targets: [{ id: 'target', engine: { kind: 'onnxruntime' } }],
  evaluation: {
    fidelity: [{ task: 'demo_stories' }],
    performance: [{ scenario: 'single-stream', promptTokens: 8, newTokens: 8 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.5 },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn' }] },
};

type Written = Record<string, unknown> & { evaluation?: object };

async function parsePart(value: Written, text: string): Promise<void> {
  if ('method' in value) parseRecipe(value);
  else if ('output_type' in value) await validateTask(text);
  else parseCampaignFile({ ...REST, ...value, evaluation: { ...REST.evaluation, ...value.evaluation } });
}

describe('code blocks of the README and the pages', () => {
  it('are there', () => {
    for (const language of ['sh', 'yaml', 'ts'])
      expect(inLanguage(language).length, language).toBeGreaterThan(1);
  });

  it.each(inLanguage('yaml'))('holds what quantloop takes: $place', async ({ text }) => {
    const value = parse(text) as Written | Record<string, unknown>[];
    if (!Array.isArray(value)) await parsePart(value, text);
    // Recipes, or things to measure.
    else if (value.every((item) => 'method' in item)) value.forEach(parseRecipe);
    else parseCampaignFile({ ...REST, evaluation: { ...REST.evaluation, fidelity: value } });
  });

  it.each(inLanguage('sh'))('names commands and options that there are: $place', async ({ text }) => {
    const scripts = (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object })
      .scripts;
    for (const [program, ...rest] of shellCommands(text)) {
      if (program === 'npm') {
        const name = rest[0] === 'run' ? rest[1] : rest[0];
        expect(Object.keys(scripts), rest.join(' ')).toContain(name);
      } else if (program === 'quantloop') misuse(await buildProgram(), rest);
      else if (program === 'node' && rest[0] === 'scripts/quantloop.mjs')
        misuse(await buildProgram(), rest.slice(1));
    }
  });

  it('in TypeScript has no type error', { timeout: 120_000 }, () => {
    const files = new Map(
      inLanguage('ts').map(({ place, text }) => [
        join(ROOT, 'apps/cli/test/docs', `${place.replaceAll(/\W/g, '-')}.ts`),
        text,
      ]),
    );
    const options: ts.CompilerOptions = {
      ...(
        ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile).config as {
          compilerOptions: object;
        }
      ).compilerOptions,
      ...{
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2023,
        lib: ['lib.es2023.d.ts', 'lib.es2024.arraybuffer.d.ts'],
      },
      ...{
        noEmit: true,
        composite: false,
        declarationMap: false,
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true,
      },
    };
    const host = ts.createCompilerHost(options);
    const { readFile: read, fileExists, getSourceFile } = host;
    host.readFile = (name) => files.get(name) ?? read(name);
    host.fileExists = (name) => files.has(name) || fileExists(name);
    host.getSourceFile = (name, ...others) =>
      files.has(name)
        ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2023, true)
        : getSourceFile(name, ...others);
    const program = ts.createProgram([...files.keys()], options, host);
    const found = [...files.keys()].flatMap((name) => {
      const source = program.getSourceFile(name)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
    });
    expect(found).toEqual([]);
  });
});

/** Has the command line read a task file, with a document for it. */
async function validateTask(text: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-docs-'));
  try {
    await writeFile(join(folder, 'support.yaml'), text);
    await writeFile(join(folder, 'support.jsonl'), '{"question": "Are you open?", "answer": "yes"}\n');
    const evaluation = { ...REST.evaluation, fidelity: [{ task: './support.yaml' }] };
    const requirements = { metric: 'support.exact_match', maxDrop: 0.02 };
    await writeFile(join(folder, 'campaign.json'), JSON.stringify({ ...REST, evaluation, requirements }));
    const { code, stderr } = await runCli(['validate', 'campaign.json'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('pages made from the code', () => {
  it('names every command with its options, and every key of a campaign with what its comment says', async () => {
    const tree = commandTree(await buildProgram());
    const cli = cliReference(tree);
    for (const { path, commands, options } of allCommands(tree)) {
      if (path === '' || commands.length > 0) continue;
      const section = cli.split('\n## ').find((text) => text.startsWith(`${path}\n`));
      for (const { flags } of options) expect(section, path).toContain(`\`${flags}\``);
    }
    const page = campaignReference(readSchemaComments(join(ROOT, 'packages/core/src/campaign')));
    expect(page).toContain('| `budget.trials` | whole number > 0, ≤ 10000 | `1000` | At most so many trials');
    expect(page).toContain('| `models[].source` | text | required | `builtin:demo`, `./folder`');
    expect(page).toMatch(/^\| `targets\[\]\.engine\.launch\.command` \| list of text \| required/m);
  });
});

const able = findTemporalCli() !== undefined;
describe.skipIf(!able)(`the tutorial${able ? '' : ' (needs the Temporal CLI: npm run setup)'}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-tutorial-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('can be followed to its end, as it is written', { timeout: 300_000 }, async () => {
    const page = blocks.filter(({ file }) => file === 'docs/tutorial.md');
    await writeFile(join(folder, 'first.yaml'), page.find(({ language }) => language === 'yaml')!.text);
    const commands = page
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => shellCommands(text));
    expect(commands.length).toBeGreaterThan(5);
    for (const [, ...args] of commands) {
      const { code, stderr } = await runCli(args, { cwd: folder });
      expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
    }
  });
});

/** Throws where a command line could not be taken: no such command or option, a wrong value, too few or many arguments. */
function misuse(program: Command, args: readonly string[]): void {
  let command = program;
  let rest = [...args];
  for (;;) {
    const below = command.commands.find((candidate) => candidate.name() === rest[0]);
    if (below === undefined) break;
    command = below;
    rest = rest.slice(1);
  }
  if (rest.includes('--help') || rest.includes('--version')) return;
  if (command.commands.length > 0) throw new Error(`no such command: ${args.join(' ')}`);
  // Takes the arguments as for a run, which then does nothing.
  command.action(() => {});
  try {
    command.parse(rest, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new Error(`quantloop ${args.join(' ')}: ${error.message}`);
    throw error;
  }
}
