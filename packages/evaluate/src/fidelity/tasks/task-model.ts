import type { OnnxRuntimeEngine, Provenance } from '@quantloop/core';
import type { ModelTokenizer } from '@quantloop/models';
import type {
  Arithmetic,
  DecoderSession,
  SamplingOptions,
  ScoredSequence,
  SequenceScore,
} from '@quantloop/runtime';

/** A model ready to be asked, whatever engine runs it. Dispose it. */
export interface TaskModel extends AsyncDisposable {
  readonly tokenizer: ModelTokenizer;
  /** Tokens it can read at once, found as lm-eval finds it. */
  readonly maxLength: number;
  /** What runs it, for every number's provenance. */
  readonly provenance: Provenance;
  /** Log-probabilities of tokens in their context, in the order given. */
  score(sequences: readonly ScoredSequence[], options?: { signal?: AbortSignal }): Promise<SequenceScore[]>;
  /** Answers in the order given, each cut before the first stop string. */
  generate(options: GenerateTexts): Promise<GeneratedText[]>;
  /** The network itself, where whole distributions can be had and not only the likelihoods of chosen tokens. */
  readonly network?: Network;
}

export interface GenerateTexts {
  /** Token ids, at least one each. */
  prompts: readonly (readonly number[])[];
  maxNewTokens: number;
  /** Strings that end an answer and are not part of it. */
  until: readonly string[];
  /** One a prompt, with a seed of its own. @default the most likely token each time */
  sampling?: readonly SamplingOptions[];
  signal?: AbortSignal;
}

export interface GeneratedText {
  /** Without special tokens. */
  text: string;
  /** Ids, without the end token; where a server does not tell them, those of its text. */
  tokens: readonly number[];
  /** Ended by the model or by a stop string, not by the limit of tokens. */
  ended: boolean;
}

export interface Network {
  session: DecoderSession;
  arithmetic: Arithmetic;
  provider: OnnxRuntimeEngine['provider'];
}
