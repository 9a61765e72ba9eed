import { z } from 'zod';

/** What a weight does in a decoder, by the names that Hugging Face's modules and ONNX exporters share. */
export const ROLES = [
  'q_proj',
  'k_proj',
  'v_proj',
  'qkv_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'gate_up_proj',
  'down_proj',
  'lm_head',
  'embed_tokens',
] as const;

export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;
