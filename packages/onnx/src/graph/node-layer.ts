/** Names that model code gives its list of layers: Llama's, BERT's, GPT-2's, T5's and others'. */
const LAYER = /(?:^|[./])(?:layers?|h|blocks?)\.(\d+)(?=[./]|$)/;

/** The layer a node or tensor belongs to by its name: `/model/layers.3/mlp/up_proj/MatMul` → 3. */
export function nodeLayer(name: string): number | undefined {
  const match = LAYER.exec(name);
  return match === null ? undefined : Number(match[1]);
}
