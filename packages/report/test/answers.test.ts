import type { Answer, PromptAnswers } from '@quantloop/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { expect, it } from 'vitest';
import { readRun, renderReport, writeReport, type ReportInput } from '../src/index.ts';
import { HOSTILE } from './sample/hostile-run.ts';
import { newFolder, storedRun } from './sample/stored-run.ts';

const answer = (text: string, rest: Partial<Answer> = {}): Answer => ({
  text,
  tokens: [...text].map((character) => character.codePointAt(0)!),
  faults: [],
  ...rest,
});

const BASELINE: PromptAnswers = {
  asked: 'sha256:a',
  answers: [
    { prompt: 'How far?', greedy: answer('Ten miles.') },
    { prompt: HOSTILE[0], greedy: answer(HOSTILE[1]) },
  ],
};
const CANDIDATE: PromptAnswers = {
  asked: 'sha256:a',
  answers: [
    {
      prompt: 'How far?',
      greedy: answer('Ten ten ten ', {
        faults: ['loops', 'truncated'],
        difference: { token: 4, character: 4 },
      }),
    },
    { prompt: HOSTILE[0], greedy: answer(HOSTILE[1]) },
  ],
};

/** A run of which the baseline and the first candidate were asked, their answers in a real store. */
async function askedRun(root: string) {
  const { store, input } = await storedRun(root);
  const refs = [await store.putJson(BASELINE), await store.putJson(CANDIDATE)];
  const trials = input.trials.map((trial, i) =>
    refs[i] === undefined ? trial : { ...trial, answers: refs[i] },
  );
  const run: ReportInput = { ...input, trials };
  return { store, run, ids: trials.slice(0, 2).map(({ id }) => id) };
}

it('the answers of a run are beside its report, and come back from there', async () => {
  const root = await newFolder();
  const { store, run, ids } = await askedRun(root);
  const folder = join(root, 'out');
  const { files } = await writeReport({ ...run, folder }, { store });
  expect(files).toContain('answers.json');
  const answers = { [ids[0]!]: BASELINE, [ids[1]!]: CANDIDATE };
  expect(JSON.parse(await readFile(join(folder, 'answers.json'), 'utf8'))).toEqual({
    schemaVersion: 1,
    answers,
  });
  const page = await readFile(join(folder, 'report.html'), 'utf8');
  const facts = await readRun(folder);
  expect(facts).toEqual({ ...run, answers });
  await writeReport({ ...facts, folder });
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toBe(page);
});

it('shows both texts side by side, the rest from the first difference on marked, and names what is wrong', async () => {
  const { store, run } = await askedRun(await newFolder());
  const folder = join(await newFolder(), 'out');
  await writeReport({ ...run, folder }, { store });
  const section = parse(await readFile(join(folder, 'report.html'), 'utf8')).querySelector('#answers')!;
  const rows = section.querySelectorAll('tbody tr').map((row) => row.querySelectorAll('td'));
  expect(rows).toHaveLength(2);
  const [prompt, baseline, candidate] = rows[0]!;
  expect(prompt!.text).toContain('How far?');
  expect(baseline!.querySelector('span')!.text).toBe('Ten miles.');
  expect(baseline!.querySelector('mark')!.text).toBe('miles.');
  expect(candidate!.querySelector('mark')!.text).toBe('ten ten ');
  expect(candidate!.querySelector('small')!.text).toBe('loops, cut off, differs from token 5 on');
  // Equal answers are not marked; markup in them stays text.
  expect(rows[1]!.map((cell) => cell.querySelector('mark'))).toEqual([null, null, null]);
  expect(section.querySelector('script')).toBeNull();
  expect(section.querySelector('summary')!.text).toContain('1 of 2 answers as the baseline');
});

it('tells the counts in Markdown', async () => {
  const { run, ids } = await askedRun(await newFolder());
  const answers = { [ids[0]!]: BASELINE, [ids[1]!]: CANDIDATE };
  const markdown = (await renderReport({ ...run, answers })).get('report.md') as string;
  expect(markdown.split('## ').find((chapter) => chapter.startsWith('Answers'))).toMatchInlineSnapshot(`
    "Answers side by side

    | trial                  | answers | as the baseline | loops | empty | cut off | off script |
    | :--------------------- | :------ | --------------: | ----: | ----: | ------: | ---------: |
    | \`rtn-int8-channel-sym\` | greedy  |          1 of 2 |     1 |     0 |       1 |          0 |

    "
  `);
});

it('leaves the chapter and the file out where nothing was asked', async () => {
  const { input } = await storedRun(await newFolder());
  const files = await renderReport(input);
  expect(files.has('answers.json')).toBe(false);
  expect(files.get('report.md')).not.toContain('Answers');
});
