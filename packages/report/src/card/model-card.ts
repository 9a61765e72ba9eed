import { recipeParts, type Campaign, type Recipe, type Selection, type Trial } from '@quantloop/core';
import { stringify } from 'yaml';
import { code, table, text } from '../tables/markdown.ts';
import { formatInterval, formatMeasurement } from '../view/format.ts';
import { headlines } from '../view/headline.ts';
import { metricFamily } from '../view/metric-family.ts';
import type { Board, Case, ReportView } from '../view/report-view.ts';
import { requestWords } from '../view/scenario-words.ts';
import { observedWords, VERDICT_MARK, VERDICT_WORD } from '../view/verdict-words.ts';

/**
 * `README.md` of a selected model as a Hugging Face model card: front matter with the evaluation results, why it was
 * chosen, how it was made, and where its numbers end.
 * Source: https://huggingface.co/docs/hub/model-cards (metadata and `model-index`).
 */
export function modelCard(view: ReportView, board: Board, each: Case): string {
  const { selection, winner } = each;
  if (selection === undefined || winner === undefined)
    throw new Error('A model card needs a selected trial.');
  return [
    `---\n${stringify(frontMatter(view.campaign, selection, winner))}---`,
    `# ${text(selection.model)}, ${text(selection.label)}`,
    text(selection.because),
    headlines(board, each)
      .map(({ title, value, details }) => `- **${value}** ${title} (${text(details.join('; '))})`)
      .join('\n'),
    `## Evaluation\n\n${evaluation(board, winner)}`,
    `## Requirements\n\n${requirements(view, selection)}`,
    `## How it was made\n\n${making(view, selection, winner)}`,
    `## Limits\n\n${limits(each, winner)}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function frontMatter(campaign: Campaign, selection: Selection, winner: Trial): Record<string, unknown> {
  const { recipe } = winner;
  const source = campaign.models.find((model) => model.id === selection.model)?.source ?? '';
  const hub = /^hf:([^@]+)/.exec(source)?.[1];
  const results = Object.entries(winner.metrics)
    .filter(([metric]) => metricFamily(campaign, metric).kind === 'fidelity')
    .map(([metric, { value, convention }]) => {
      const task = metric.slice(0, metric.lastIndexOf('.'));
      return {
        task: { type: 'text-generation' },
        dataset: { name: task, type: task },
        metrics: [{ type: metric.slice(task.length + 1), value, name: `${metric} (${convention})` }],
      };
    });
  return {
    ...(hub === undefined ? {} : { base_model: hub, base_model_relation: 'quantized' }),
    library_name: 'onnx',
    pipeline_tag: 'text-generation',
    tags: [
      'quantloop',
      'onnx',
      ...(recipe === null ? [] : ['quantized', recipe.method, ...precision(recipe)]),
    ],
    'model-index': [{ name: `${selection.model}-${selection.label}`, results }],
  };
}

/** `4-bit`, or of a mix all widths and that they are mixed. */
function precision(recipe: Recipe): string[] {
  const widths = [...new Set(recipeParts(recipe).map(({ bits }) => `${bits}-bit`))];
  return recipe.mix.length > 0 ? [...widths, 'mixed-precision'] : widths;
}

function evaluation({ baseline }: Board, winner: Trial): string {
  const rows = Object.entries(winner.metrics).map(([metric, measurement]) => [
    code(metric),
    formatMeasurement(measurement),
    formatInterval(measurement),
    formatMeasurement(baseline?.metrics[metric]),
    String(measurement.n),
    text(measurement.convention),
  ]);
  return table([['metric', 'value', '95 % interval', 'baseline', 'n', 'convention'], ...rows], [1, 3, 4]);
}

function requirements(view: ReportView, { verdicts }: Selection): string {
  const rows = verdicts.map((verdict) => [
    code(verdict.metric),
    text(verdict.requirement),
    text(observedWords(view, verdict)),
    `${VERDICT_MARK[verdict.result]} ${VERDICT_WORD[verdict.result]}`,
  ]);
  return table([['metric', 'limit', 'observed [95 % interval]', 'verdict'], ...rows]);
}

function making(view: ReportView, selection: Selection, winner: Trial): string {
  const { recipe, provenance } = winner;
  const source =
    view.campaign.models.find((model) => model.id === selection.model)?.source ?? selection.model;
  const facts = [
    ['source', text(source)],
    ['campaign', `${code(view.campaign.campaign)}, run ${code(view.run)}, trial ${code(winner.id)}`],
    ['artifact', code(selection.artifact.digest)],
    ['recipe', recipe === null ? 'none: the unquantized model' : code(JSON.stringify(recipe))],
    ['measured on', `${code(winner.target)}, scenario ${code(selection.scenario)}`],
    ...Object.entries(provenance)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [code(name), text(String(value))]),
  ];
  return table([['', ''], ...facts]);
}

function limits({ scenario }: Case, winner: Trial): string {
  return [
    `- Speed and memory hold for target ${code(winner.target)} under the load ${code(scenario.name)} ` +
      `(${requestWords(scenario)}); measure again on other machines.`,
    '- Quality was measured on the tasks above only. What they do not test may have changed.',
    ...(winner.simulated
      ? [
          '- The target has no kernel for this recipe: its arithmetic was simulated, its speed is not evidence.',
        ]
      : []),
    '- The licence and the intended use of the source model go on to hold.',
  ].join('\n');
}
