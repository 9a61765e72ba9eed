/** A prompt to go on from. */
export interface GenerationRequest {
  /** Token ids, at least one. */
  prompt: ArrayLike<number>;
  /** 0 only scores the prompt. */
  maxNewTokens: number;
  /** Tokens that end the generation; they are not yielded. @default [] */
  eosIds?: readonly number[];
  /**
   * Chooses the next token.
   *
   * @param logits of the whole vocabulary; only valid during the call.
   * @default the most likely one
   */
  choose?: (logits: Float32Array, generated: readonly number[]) => number;
  /** @default none */
  scores?: {
    /** So many of the most likely tokens are named beside each; 0 is allowed. */
    top: number;
    /** Called once before the first token with the prompt's scores; its own first token has none. */
    onPrompt?: (scores: readonly (TokenScore | undefined)[]) => void;
  };
  /** Frees the request's place at the next step; reading the stream then throws the signal's reason. */
  signal?: AbortSignal;
}

export interface TokenScore {
  token: number;
  logProbability: number;
  /** The most likely tokens at this place, falling. */
  top: readonly { token: number; logProbability: number }[];
}

export interface GeneratedToken {
  token: number;
  /** Where the request asked for it. */
  score?: TokenScore;
}
