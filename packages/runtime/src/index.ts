export { Tensor, type InferenceSession } from 'onnxruntime-node';
export { ortVersion } from './session/ort-version.ts';
export { availableProviders, type Provider } from './session/providers.ts';
export { openGraph, type OpenGraphOptions } from './session/open-graph.ts';
export { openSession, type OpenSessionOptions } from './session/open-session.ts';
export { DecoderSession } from './session/decoder-session.ts';
export type { CacheType, DecoderShape } from './session/decoder-shape.ts';
export { KvCache } from './decode/kv-cache.ts';
export { prefill, type DecodeResult } from './decode/prefill.ts';
export { step } from './decode/step.ts';
export { argmax } from './decode/argmax.ts';
export { sampler, type ChooseToken, type SamplingOptions } from './decode/sample.ts';
export { generateGreedy, type GenerateOptions } from './decode/generate-greedy.ts';
export { ContinuousBatch, type ContinuousBatchOptions } from './decode/continuous-batch.ts';
export type { GeneratedToken, GenerationRequest, TokenScore } from './decode/generation-request.ts';
export { forward, forwardLogits, type ForwardOptions, type ForwardResult } from './decode/forward.ts';
export {
  scoreSequences,
  type ScoredSequence,
  type ScoreOptions,
  type SequenceScore,
} from './score/score-sequences.ts';
export { locateNonFinite, type NonFiniteOrigin } from './non-finite/locate-non-finite.ts';
export { NonFiniteLogits } from './non-finite/non-finite-logits.ts';
export { batchByLength, defaultTokensPerBatch } from './score/batch-by-length.ts';
export { Arithmetic } from './arithmetic/arithmetic.ts';
export {
  gatherLogProbabilities,
  type GatherInput,
  type GatherOutput,
} from './arithmetic/gather-log-probabilities.ts';
export { type Matrix, type MultiplyOptions, multiply } from './arithmetic/multiply.ts';
export { MomentSum } from './arithmetic/moment-sum.ts';
export { type Triangle, wholeTriangle } from './arithmetic/triangle.ts';
export { choleskyOfInverse } from './arithmetic/cholesky-of-inverse.ts';
export { freeMemory, freeTensor } from './session/free-memory.ts';
export { tensorBytes, tensorFromBytes } from './session/tensor-bytes.ts';
export { compareLogits, type CompareInput, type CompareOutput } from './arithmetic/compare-logits.ts';
export {
  compareDistributions,
  type CompareDistributionsInput,
  type ComparedDistributions,
} from './arithmetic/compare-distributions.ts';
export { encodeDistributions, headSize, type DistributionCodes } from './arithmetic/encode-distributions.ts';
