import { z } from 'zod';

/**
 * Options of every weight method. The output head is left alone unless asked for, as llm-compressor and the papers do:
 * it costs the most accuracy per byte. On a CPU at 4 bits an unquantized head can take half the time of a token.
 */
export const commonOptions = {
  head: z.boolean().default(false).describe('Whether the output head (lm_head) is quantized too.'),
  embedding: z
    .boolean()
    .default(false)
    .describe(
      'Whether the token embedding is quantized too; with a head tied to it, as one tensor for both.',
    ),
  kvCache: z
    .enum(['float', 'int8'])
    .default('float')
    .describe(
      'int8: keys and values are stored in 8 bits, with scales from calibration texts. For GroupQueryAttention only.',
    ),
};
