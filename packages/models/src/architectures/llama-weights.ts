import type { LlamaConfig } from './llama-config.ts';

/** Every weight that the configuration implies, with its shape. */
export function llamaWeights(config: LlamaConfig): Map<string, number[]> {
  const { hidden, intermediate, heads, kvHeads, headDim, vocabulary } = config;
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [vocabulary, hidden]]]);
  const linear = (name: string, outputs: number, inputs: number, bias: boolean) => {
    shapes.set(`${name}.weight`, [outputs, inputs]);
    if (bias) shapes.set(`${name}.bias`, [outputs]);
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    shapes.set(`${prefix}.input_layernorm.weight`, [hidden]);
    linear(`${prefix}.self_attn.q_proj`, heads * headDim, hidden, config.attentionBias);
    linear(`${prefix}.self_attn.k_proj`, kvHeads * headDim, hidden, config.attentionBias);
    linear(`${prefix}.self_attn.v_proj`, kvHeads * headDim, hidden, config.attentionBias);
    linear(`${prefix}.self_attn.o_proj`, hidden, heads * headDim, config.attentionBias);
    shapes.set(`${prefix}.post_attention_layernorm.weight`, [hidden]);
    linear(`${prefix}.mlp.gate_proj`, intermediate, hidden, config.mlpBias);
    linear(`${prefix}.mlp.up_proj`, intermediate, hidden, config.mlpBias);
    linear(`${prefix}.mlp.down_proj`, hidden, intermediate, config.mlpBias);
  }
  shapes.set('model.norm.weight', [hidden]);
  if (!config.tiedHead) linear('lm_head', vocabulary, hidden, false);
  return shapes;
}
