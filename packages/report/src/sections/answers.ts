import { Fault, type Answer, type PromptAnswers, type Trial } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import type { ReportView } from '../view/report-view.ts';

/** Pairs of answers shown of each trial; all of them are in `answers.json`. */
const SHOWN = 20;

const FAULT_WORDS: Record<Fault, string> = {
  loops: 'loops',
  empty: 'empty',
  truncated: 'cut off',
  off_script: 'off script',
};

const WAYS = ['greedy', 'sampled'] as const;

/** A trial's answers and those of the model it was made of. */
interface Told {
  title: string;
  trial: Trial;
  answers: PromptAnswers['answers'];
  baseline: PromptAnswers['answers'];
}

/** Both models' answers side by side, from their first difference on marked, with what is seen to be wrong in them. */
export const answersSection: ReportSection = {
  id: 'answers',
  title: 'Answers side by side',
  html: (view) => {
    const told = toldOf(view);
    if (told.length === 0) return null;
    return html`<p class="fine">
        Marked: from the first token that is not the baseline's. Loops: ends in one sequence said three times
        or more. Cut off: by the limit of tokens, in a sentence. Off script: special tokens, control or broken
        characters, or a writing system that the prompt does not use.
      </p>
      ${told.map(htmlTrial)}`;
  },
  markdown: (view) => {
    const told = toldOf(view);
    if (told.length === 0) return null;
    const rows = told.flatMap(({ title, answers }) =>
      waysOf(answers).map((way) => {
        const some = answers.map((one) => one[way]!);
        const faults = Fault.options.map((fault) => String(withFault(some, fault)));
        return [code(title), way, `${identical(some)} of ${some.length}`, ...faults];
      }),
    );
    const head = [
      'trial',
      'answers',
      'as the baseline',
      ...Fault.options.map((fault) => text(FAULT_WORDS[fault])),
    ];
    return table(
      [head, ...rows],
      head.map((_, i) => i).filter((i) => i >= 2),
    );
  },
};

function toldOf(view: ReportView): Told[] {
  const { answers = {} } = view;
  return view.boards.flatMap((board) => {
    const baseline = board.baseline && answers[board.baseline.id];
    if (baseline === undefined) return [];
    return board.trials.flatMap((trial) => {
      const own = answers[trial.id];
      if (own === undefined || trial === board.baseline) return [];
      const title = view.boards.length > 1 ? `${trial.label}, ${view.nameOf(board)}` : trial.label;
      return [{ title, trial, answers: own.answers, baseline: baseline.answers }];
    });
  });
}

function htmlTrial({ title, trial, answers, baseline }: Told): ComponentChildren {
  const pairs = answers.flatMap(({ prompt, ...own }, i) =>
    waysOf(answers).map((way) => ({ prompt, way, own: own[way]!, theirs: baseline[i]![way]! })),
  );
  // Those that differ soonest say most.
  const soonest = pairs.toSorted((a, b) => firstToken(a.own) - firstToken(b.own)).slice(0, SHOWN);
  const left = pairs.length - soonest.length;
  return html`<details data-trial=${trial.id}>
    <summary>
      ${title}: ${identical(pairs.map(({ own }) => own))} of ${pairs.length} answers as the baseline's
    </summary>
    <div class="scroll tall" tabindex="0" role="group" aria-label=${`Answers of ${title}`}>
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">prompt</th>
            <th scope="col">baseline</th>
            <th scope="col">${title}</th>
          </tr>
        </thead>
        <tbody>
          ${soonest.map(
            ({ prompt, way, own, theirs }) =>
              html`<tr>
                <td class="answer">${prompt}<small>${way}</small></td>
                ${htmlAnswer(theirs, own.difference)}${htmlAnswer(own, own.difference)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${left > 0 && html`<p class="fine">${left} more in answers.json.</p>`}
  </details>`;
}

function htmlAnswer({ text: whole, faults }: Answer, difference: Answer['difference']): ComponentChildren {
  const at = difference?.character ?? whole.length;
  const words = [
    ...faults.map((fault) => FAULT_WORDS[fault]),
    ...(difference === undefined ? [] : [`differs from token ${difference.token + 1} on`]),
  ];
  return html`<td class="answer">
    <span>${whole.slice(0, at)}${at < whole.length && html`<mark>${whole.slice(at)}</mark>`}</span>
    <small>${words.join(', ')}</small>
  </td>`;
}

const waysOf = (answers: PromptAnswers['answers']) =>
  WAYS.filter((way) => answers.every((one) => one[way] !== undefined));

const firstToken = ({ difference }: Answer): number => difference?.token ?? Number.MAX_SAFE_INTEGER;

const identical = (answers: readonly Answer[]): number =>
  answers.filter(({ difference }) => difference === undefined).length;

const withFault = (answers: readonly Answer[], fault: Fault): number =>
  answers.filter(({ faults }) => faults.includes(fault)).length;
