import { DEMO, type InitAnswers } from './init-answers.ts';

/** A campaign file with comments; the answers and what follows from them. */
export function campaignYaml(name: string, answers: InitAnswers, { threads }: { threads: number }): string {
  const { model, texts } = answers;
  return `# Finds the cheapest version of a model that still meets the requirements below.
#   quantloop plan campaign.yaml    what it will try, and what that takes
#   quantloop run campaign.yaml     measures, decides, writes a report
campaign: ${name}

models:
  - { id: model, source: ${quoted(model)} }

# What it has to run on. Others: docs/engines.md
targets:
  - { id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: ${threads} } }
${texts === undefined ? '' : calibration(texts)}
evaluation:
  # What may get worse. Tasks of lm-evaluation-harness run as they are: { task: ./my-task.yaml }
  fidelity:
${fidelity(texts)}
  # What may get better, measured beside the unquantized model, turn by turn.
  performance:
${performance(answers)}

requirements:
  all:
${quality(answers)}
    # Worth it: half the size, or a fifth faster.
    - any:
        - { metric: model.bytes, maxRatio: 0.5 }
        - { metric: speed, minSpeedup: 1.2 }

# Among those that meet all of it. Differences within the noise decide nothing; the next line does.
objective:
${objective(answers)}

search:
  refine: auto # further rounds are planned from what was measured
  recipes:
${recipes(texts)}

budget: { trials: 24, rounds: 2 }
`;
}

/** Any YAML parser reads JSON strings. */
const quoted = (text: string) => (/^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text));

const lines = (...all: string[]) => all.join('\n');

const calibration = (texts: string) => `
# Texts that some methods learn from. Better others than those that are measured on.
calibration: { file: ${quoted(texts)}, samples: 128, tokens: 512, seed: 0 }
`;

const fidelity = (texts: string | undefined) =>
  texts === undefined
    ? lines('    - { task: demo_arithmetic, limit: 200 }', '    - { task: demo_stories, limit: 60 }')
    : lines(
        '    # How far its next-token distributions move from the unquantized model.',
        `    - { metric: kl-divergence, tokens: 4000, text: { file: ${quoted(texts)} } }`,
      );

function performance({ use }: InitAnswers): string {
  const single = '    - { scenario: single-stream, promptTokens: 32, newTokens: 32, requests: 8 }';
  const offline =
    '    - { scenario: offline, promptTokens: 32, newTokens: 32, batch: [1, 8], repetitions: 4 }';
  return lines(...(use === 'batches' ? [] : [single]), ...(use === 'one-user' ? [] : [offline]));
}

function quality({ texts, loss }: InitAnswers): string {
  const percent = `${Number((100 * loss).toPrecision(3))}%`;
  return texts === undefined
    ? lines(
        `    - { metric: demo_arithmetic.exact_match, maxDrop: ${percent} }`,
        `    - { metric: demo_stories.word_perplexity, maxIncrease: ${percent} }`,
      )
    : lines(
        '    # After so many of the tokens both find the same next one most likely.',
        `    - { metric: kl-divergence.top1_agreement, min: ${Number((1 - loss).toPrecision(4))} }`,
      );
}

function objective({ aim }: InitAnswers): string {
  const both = ['  - { minimize: model.bytes }', '  - { maximize: speed }'];
  return lines(...(aim === 'smallest' ? both : both.reverse()));
}

const recipes = (texts: string | undefined) =>
  lines(
    '    - { method: rtn, bits: [8, 4], granularity: [channel, { group: 32 }] }',
    '    - { method: hqq, bits: 4 }',
    ...(texts === undefined ? [] : ['    - { method: [awq, gptq], bits: 4, granularity: { group: 32 } }']),
    '    - { method: [nf4, dynamic-int8] }',
  );

/** Whether there is anything to ask texts for. */
export const needsTexts = ({ model, texts }: Pick<InitAnswers, 'model' | 'texts'>): boolean =>
  model !== DEMO && texts === undefined;
