import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface CodeBlock {
  /** `README.md:12`, relative to the repository. */
  place: string;
  file: string;
  language: string;
  text: string;
}

/** The code blocks of the README and of all pages that people wrote. */
export async function codeBlocks(): Promise<CodeBlock[]> {
  const pages = await readdir(join(ROOT, 'docs'), { recursive: true });
  const written = pages
    .filter((name) => name.endsWith('.md') && !/^(node_modules|reference|\.vitepress)\b/.test(name))
    .map((name) => `docs/${name}`);
  const files = ['README.md', ...written.sort()];
  return (
    await Promise.all(files.map(async (file) => blocksOf(file, await readFile(join(ROOT, file), 'utf8'))))
  ).flat();
}

function blocksOf(file: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
  for (const { index, 1: language = '', 2: code = '' } of text.matchAll(fence)) {
    const line = text.slice(0, index).split('\n').length;
    blocks.push({ place: `${file}:${line}`, file, language, text: code });
  }
  return blocks;
}

/** The commands of a shell block as words, without comments and variables set for them; continued lines are one. */
export function shellCommands(text: string): string[][] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => [...line.matchAll(/"([^"]*)"|'([^']*)'|(#.*$)|([^\s"'#]\S*)/g)])
    .map((words) =>
      words.flatMap(([, double, single, comment, bare]) =>
        comment === undefined ? [double ?? single ?? bare ?? ''] : [],
      ),
    )
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter((words) => words.length > 0);
}
