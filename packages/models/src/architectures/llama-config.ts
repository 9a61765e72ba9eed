import { z } from 'zod';

const RopeType = z.enum(['default', 'linear', 'llama3'], {
  error: (issue) => `rope scaling "${String(issue.input)}" is unsupported; known: default, linear, llama3`,
});

/** Rotary frequencies, either spelling: `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling`. */
const Rope = z.object({
  rope_type: RopeType.optional(),
  /** Older spelling of `rope_type`. */
  type: RopeType.optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().positive().default(1),
  low_freq_factor: z.number().positive().default(1),
  high_freq_factor: z.number().positive().default(4),
  original_max_position_embeddings: z.int().positive().optional(),
  partial_rotary_factor: z.literal(1, { error: 'partial rotary embeddings are unsupported' }).optional(),
});

const Flag = z.boolean().nullish();
const TokenId = z.int().nonnegative();

/**
 * The keys of a Llama `config.json` that decide the graph; all others are ignored. Defaults are those of
 * `LlamaConfig` in transformers.
 */
export const LlamaConfig = z
  .object({
    hidden_size: z.int().positive(),
    intermediate_size: z.int().positive(),
    num_hidden_layers: z.int().positive(),
    num_attention_heads: z.int().positive(),
    num_key_value_heads: z.int().positive().nullish(),
    head_dim: z.int().positive().nullish(),
    vocab_size: z.int().positive(),
    max_position_embeddings: z.int().positive().default(2048),
    rms_norm_eps: z.number().positive().default(1e-6),
    rope_theta: z.number().positive().optional(),
    rope_scaling: Rope.nullish(),
    rope_parameters: Rope.nullish(),
    partial_rotary_factor: z.literal(1, { error: 'partial rotary embeddings are unsupported' }).optional(),
    hidden_act: z
      .enum(['silu', 'swish'], {
        error: (issue) => `activation "${String(issue.input)}" is unsupported; known: silu`,
      })
      .default('silu'),
    tie_word_embeddings: Flag,
    attention_bias: Flag,
    mlp_bias: Flag,
    bos_token_id: TokenId.nullish(),
    eos_token_id: z.union([TokenId, z.array(TokenId)]).nullish(),
    quantization_config: z
      .null({ error: 'the checkpoint is quantized already; give the original one' })
      .optional(),
  })
  .transform((config, context) => {
    const rope = config.rope_parameters ?? config.rope_scaling;
    const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
    const kvHeads = config.num_key_value_heads ?? config.num_attention_heads;
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
      refuse('head_dim', `${headDim} per head is not an even number of channels`);
    }
    if (config.num_attention_heads % kvHeads !== 0) {
      refuse('num_key_value_heads', `${kvHeads} does not divide ${config.num_attention_heads} heads`);
    }
    return {
      hidden: config.hidden_size,
      intermediate: config.intermediate_size,
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      kvHeads,
      headDim,
      vocabulary: config.vocab_size,
      positions: config.max_position_embeddings,
      epsilon: config.rms_norm_eps,
      tiedHead: config.tie_word_embeddings ?? false,
      attentionBias: config.attention_bias ?? false,
      mlpBias: config.mlp_bias ?? false,
      rope: {
        type: rope?.rope_type ?? rope?.type ?? 'default',
        theta: rope?.rope_theta ?? config.rope_theta ?? 10_000,
        factor: rope?.factor ?? 1,
        lowFrequencyFactor: rope?.low_freq_factor ?? 1,
        highFrequencyFactor: rope?.high_freq_factor ?? 4,
        originalPositions: rope?.original_max_position_embeddings ?? config.max_position_embeddings,
      },
    };
  });
export type LlamaConfig = z.output<typeof LlamaConfig>;
