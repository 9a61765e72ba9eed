/**
 * What quantization has been published to do to models, as ratios to the unquantized model: each list is one kind of
 * recipe on several models. Quotients are of figures in the papers, cards and READMEs named; plain numbers without a
 * source beside them lie between published neighbours. Campaigns are drawn from these.
 */
export interface Published {
  label: string;
  method: string;
  bits: number;
  granularity: 'channel' | { group: number };
  /** Perplexity / the unquantized model's, ascending. */
  perplexity: readonly number[];
  /** Accuracy kept on knowledge and commonsense tasks, ascending. */
  choice: readonly number[];
  /** Accuracy kept on tasks of generation (GSM8K, HumanEval, Arena-Hard), ascending. */
  generation: readonly number[];
  /** Tokens per second / the unquantized model's, one stream. */
  single: readonly number[];
  /** The same in batches of 8. */
  batched: readonly number[];
  /** Seconds to quantize a model of 8 billion weights. */
  quantize: number;
}

/** SmoothQuant's README, W8A8 / FP16: Llama-2 7B, 13B, 70B, Llama-3 8B, 70B, Mistral, Mixtral, Falcon. */
const SMOOTH = [
  4.929 / 4.95,
  5.277 / 5.253,
  6.629 / 6.59,
  5.515 / 5.474,
  3.359 / 3.32,
  3.893 / 3.842,
  6.258 / 6.138,
  2.982 / 2.857,
];
/** Model-Optimizer, H200, INT4 AWQ and FP8 against BF16 at batch 1 and 8; llama.cpp, Llama-3.1-8B, against F16. */
const INT4_SINGLE = [1.33, 1.93, 2.4, 71.9 / 29.2];
const INT4_BATCHED = [0.75, 822 / 923, 1.03];
const INT8_SINGLE = [1.41, 50.9 / 29.2, 1.9];
const INT8_BATCHED = [865 / 923, 1.31, 1.8, 1.99];
/** Llama-3.1 INT4 W4A16 (2411.02355), Leaderboard V1 and V2 of 8B, 70B, 405B. */
const W4_CHOICE = [0.961, 0.974, 0.989, 0.989, 0.993, 0.994];
/** The same, HumanEval and Arena-Hard of 8B and 70B; GSM8K of Llama-2-7B (AWQ paper). */
const W4_GENERATION = [12.13 / 13.87, 0.93, 0.997, 1, 1.01];
/** EfficientQAT, Llama-2-7B's mean accuracy at w3g128, w2g64, w2g128. */
const QAT = { w3: 64.02 / 64.86, w2g64: 60.14 / 64.86, w2g128: 59.5 / 64.86 };

export const PUBLISHED: readonly Published[] = [
  {
    label: 'w8a8-smooth',
    method: 'w8a8',
    bits: 8,
    granularity: 'channel',
    perplexity: SMOOTH,
    // 2411.02355 INT8 V1, V2; SmoothQuant on ONNX, LAMBADA with SQ.
    choice: [0.973, 0.983, 0.7464 / 0.7542, 0.994, 1.003, 0.6391 / 0.6389, 1.015],
    // HumanEval 8B; Llama-3.3-70B w8a8.
    generation: [0.983, 0.994, 0.997],
    single: INT8_SINGLE,
    batched: INT8_BATCHED,
    quantize: 300,
  },
  {
    label: 'w8a8-naive',
    method: 'dynamic-int8',
    bits: 8,
    granularity: 'channel',
    // opt-125m INT8 W8A8 (Quark); the others between it and SmoothQuant's.
    perplexity: [1.02, 1.0438, 30.18 / 27.65],
    // SmoothQuant on ONNX, LAMBADA without SQ; OPT-175B naive 35.5 / 66.9.
    choice: [35.5 / 66.9, 0.6761 / 0.7155, 0.7386 / 0.7542, 0.6354 / 0.6389],
    generation: [0.9, 0.95, 0.98],
    single: INT8_SINGLE,
    batched: INT8_BATCHED,
    quantize: 60,
  },
  {
    label: 'rtn-int8-g32',
    method: 'rtn',
    bits: 8,
    granularity: { group: 32 },
    // llama.cpp Q8_0, Llama-2-7B and Llama-3-8B.
    perplexity: [1.0004, 1.0007],
    // Llama-3-70B w8a16: mean 79.18 → 77.90.
    choice: [77.9 / 79.18, 0.998, 1.001],
    // The same card: GSM8K 90.83 → 86.43, which the mean hides.
    generation: [86.43 / 90.83, 0.99, 1],
    single: [1.5, 50.9 / 29.2],
    batched: [0.85, 865 / 923],
    quantize: 60,
  },
  {
    label: 'rtn-int4-channel',
    method: 'rtn',
    bits: 4,
    granularity: 'channel',
    // GPTQ's README and paper, RTN 4: LLaMA 7B–65B, OPT.
    perplexity: [1.0864, 1.107, 1.107, 1.11, 1.114, 1.117, 1.149, 1.179, 1.348],
    // auto-round's 11 tasks: Mistral-7B, Llama-2-7B.
    choice: [58.84 / 63.3, 55.49 / 57.98],
    generation: [0.65, 11.07 / 13.87],
    single: INT4_SINGLE,
    batched: INT4_BATCHED,
    quantize: 60,
  },
  {
    label: 'rtn-int4-g128',
    method: 'rtn',
    bits: 4,
    granularity: { group: 128 },
    // AWQ paper: Llama-2 7B, 70B; Quark: opt-125m.
    perplexity: [3.46 / 3.32, 5.73 / 5.47, 30.49 / 27.65],
    choice: [0.94, 0.955, 0.97, 0.98],
    generation: [11.07 / 13.87, 0.9, 0.95],
    single: INT4_SINGLE,
    batched: INT4_BATCHED,
    quantize: 60,
  },
  {
    label: 'gptq-int4-g128',
    method: 'gptq',
    bits: 4,
    granularity: { group: 128 },
    perplexity: [3.42 / 3.32, 5.69 / 5.47, 29.39 / 27.65],
    choice: [61.37 / 63.3, 56.76 / 57.98, ...W4_CHOICE.slice(2)],
    generation: W4_GENERATION,
    single: INT4_SINGLE,
    batched: INT4_BATCHED,
    // OPT-13B 20.9 min on an A100, for 8 billion weights.
    quantize: 770,
  },
  {
    label: 'awq-int4-g128',
    method: 'awq',
    bits: 4,
    granularity: { group: 128 },
    perplexity: [5.6 / 5.47, 3.41 / 3.32, 29.77 / 27.65],
    // Llama-3.1-8B V1, V2; auto-round: Mistral-7B, Llama-2-7B; Model-Optimizer MMLU −5.66 %, −1.07 %.
    choice: [1 - 0.0566, 61.36 / 63.3, 72.69 / 74.06, 57.25 / 57.98, 1 - 0.0107, 27.4 / 27.62],
    generation: [22.3 / 25.8, 63 / 67.3, 13.57 / 13.87],
    single: INT4_SINGLE,
    batched: INT4_BATCHED,
    quantize: 600,
  },
  {
    label: 'q4-k-mixed',
    method: 'mixed',
    bits: 5,
    granularity: { group: 256 },
    // llama.cpp Q4_K_M, Llama-2-7B and Llama-3-8B.
    perplexity: [1.014, 1.028],
    choice: [0.985, 0.99, 0.996],
    generation: [0.94, 0.98, 0.995],
    single: [1.9, 71.9 / 29.2],
    batched: [822 / 923, 0.95],
    quantize: 120,
  },
  {
    label: 'q6-k',
    method: 'mixed',
    bits: 6,
    granularity: { group: 256 },
    perplexity: [1.002, 1.004],
    choice: [0.993, 0.998, 1.001],
    generation: [0.97, 0.99, 1],
    single: [1.4, 1.9],
    batched: [0.85, 0.95],
    quantize: 90,
  },
  {
    label: 'gptq-int4-channel',
    method: 'gptq',
    bits: 4,
    granularity: 'channel',
    // GPTQ's README and paper, GPTQ 4: LLaMA 13B, 7B, 30B, 65B; OPT 6.7B, 13B.
    perplexity: [10.31 / 10.13, 11.39 / 10.86, 5.36 / 5.09, 6.09 / 5.68, 4.45 / 4.1, 3.84 / 3.53],
    choice: [0.955, 0.97, 0.98],
    generation: [0.8, 0.88, 0.95],
    single: INT4_SINGLE,
    batched: INT4_BATCHED,
    quantize: 770,
  },
  {
    label: 'gptq-int3-g128',
    method: 'gptq',
    bits: 3,
    granularity: { group: 128 },
    // GPTQ's README 3g128: LLaMA 13B, 7B.
    perplexity: [5.62 / 5.09, 6.61 / 5.68],
    choice: [0.9, 0.93, 0.955],
    generation: [0.55, 0.8],
    // llama.cpp Q3_K_S against F16.
    single: [2, 71.7 / 29.2],
    batched: INT4_BATCHED,
    quantize: 770,
  },
  {
    label: 'rtn-int3-channel',
    method: 'rtn',
    bits: 3,
    granularity: 'channel',
    perplexity: [11.4 / 5.09, 25.54 / 5.68],
    choice: [0.5, 0.75],
    generation: [0.02, 0.3],
    single: [2, 71.7 / 29.2],
    batched: INT4_BATCHED,
    quantize: 60,
  },
  {
    label: 'qat-int3-g128',
    method: 'qat',
    bits: 3,
    granularity: { group: 128 },
    // EfficientQAT: Llama-2 13B, 7B, 70B, Llama-3 8B, 70B.
    perplexity: [5.12 / 4.88, 5.81 / 5.47, 3.61 / 3.39, 7.09 / 6.14, 4.19 / 2.85],
    choice: [0.95, QAT.w3, 0.992],
    generation: [0.85, 0.93, 0.97],
    single: [2, 71.7 / 29.2],
    batched: INT4_BATCHED,
    quantize: 14_400,
  },
  {
    label: 'qat-int2-g64',
    method: 'qat',
    bits: 2,
    granularity: { group: 64 },
    perplexity: [5.96 / 4.88, 6.86 / 5.47, 4.52 / 3.39, 9.41 / 6.14],
    choice: [QAT.w2g128, QAT.w2g64, 0.94],
    generation: [0.4, 0.7],
    // llama.cpp Q2_K against F16.
    single: [2.2, 79.9 / 29.2],
    batched: INT4_BATCHED,
    quantize: 14_400,
  },
];

/** Of unquantized models: OpenLLM Leaderboard V1 and MMLU, zero-shot means, LAMBADA (2411.02355, QLoRA, EfficientQAT, SmoothQuant on ONNX). */
export const CHOICE_ACCURACIES = [0.53, 0.6389, 0.6486, 0.7155, 0.7406, 0.7542];
/** GSM8K and HumanEval of unquantized models (AWQ paper; Llama-3.1-8B and Llama-3-70B cards). */
export const GENERATION_ACCURACIES = [0.1387, 0.673, 0.9083];
/** WikiText-2 of unquantized models (GPTQ, AWQ and SmoothQuant papers). */
export const PERPLEXITIES = [3.32, 5.47, 6.138, 10.86, 14.63, 27.65];

/** llama.cpp, Llama-3.1-8B F16: tokens a second, reading a prompt and generating. */
export const PROMPT_SPEED = 923;
export const GENERATION_SPEED = 29.2;

/** By how much a candidate's mean latency moved between two runs of Olive's search, in the median. */
export const DRIFT = 0.05;
