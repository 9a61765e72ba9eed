import { defineCampaign } from '../define-campaign.ts';

/** The campaign of `quantloop demo`: small enough for two cores and four minutes, with something to lose. */
export function demoCampaign(options: { threads: number }) {
  return defineCampaign({
    campaign: 'demo',
    models: [{ id: 'tiny', source: 'builtin:demo' }],
    targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', provider: 'cpu', threads: options.threads } }],
    evaluation: {
      fidelity: [
        { task: 'demo_arithmetic', limit: 200 },
        { task: 'demo_agreement', limit: 200 },
        { task: 'demo_recall', limit: 150 },
        { task: 'demo_stories', limit: 60 },
        { metric: 'kl-divergence', tokens: 3000 },
        {
          prompts: ['Once upon a time', 'The little dog', '12 + 7 =', '48 - 5 =', 'One day, a girl named'],
          newTokens: 24,
        },
      ],
      // What is this far from the baseline is not worth running its tasks.
      stopWhen: { metric: 'kl-divergence.mean', above: 1 },
      performance: [
        { scenario: 'single-stream', promptTokens: 32, newTokens: 32, requests: 8 },
        { scenario: 'offline', promptTokens: 32, newTokens: 32, batch: [1, 8], repetitions: 4 },
      ],
    },
    requirements: {
      all: [
        { metric: 'demo_arithmetic.exact_match', maxDrop: 0.05 },
        { metric: 'demo_agreement.acc', maxDrop: 0.05 },
        { metric: 'demo_stories.word_perplexity', maxIncrease: '5%' },
        {
          any: [
            { metric: 'model.bytes', maxRatio: 0.5 },
            { metric: 'speed', minSpeedup: 1.2 },
          ],
        },
      ],
    },
    objective: [{ minimize: 'model.bytes' }, { maximize: 'speed' }],
    search: {
      // All of it is measured, so that the plots show it.
      race: 'off',
      recipes: [
        { method: 'rtn', bits: 8, granularity: 'channel' },
        { method: 'rtn', bits: 4, granularity: ['channel', { group: 32 }], symmetric: [true, false] },
        { method: 'hqq', bits: 4, granularity: { group: 64 } },
        { method: ['awq', 'gptq'], bits: [3, 4], granularity: ['channel'], symmetric: false },
        { method: 'gptq', bits: [3, 4], granularity: { group: 32 }, symmetric: false },
        { method: 'nf4' },
        { method: 'dynamic-int8' },
      ],
    },
  });
}
