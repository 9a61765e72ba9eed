import { z } from 'zod';

/** Perplexities of the field that are counted per token, each under its own name; lm-eval's are metrics of its tasks. */
export const PerplexityConvention = z.enum(['gptq', 'llama.cpp']);
export type PerplexityConvention = z.infer<typeof PerplexityConvention>;

/** Tokens of a chunk where a campaign does not say: those of the convention's published figures. */
export const PERPLEXITY_CONTEXT: Record<PerplexityConvention, number> = { gptq: 2048, 'llama.cpp': 512 };
