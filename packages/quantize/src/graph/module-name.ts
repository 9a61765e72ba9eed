/** Names that exporters make up where a weight was folded or never had a name. */
const ANONYMOUS = /^(onnx::.*|_*v\d+|val_\d+|\d+)$/;

/**
 * The model's own name for a layer, `model.layers.3.mlp.up_proj`: from the path of its node, as torch exporters and
 * onnxruntime-genai write it (`/model/layers.3/mlp/up_proj/MatMul`), else from the name of its weight.
 */
export function moduleName(node: string, weight: string): string {
  const path = node.split('/').filter((part) => part !== '');
  if (path.length > 1) return path.slice(0, -1).join('.');
  return ANONYMOUS.test(weight) ? node : weight.replace(/(\.MatMul)?\.(weight|kernel)$/, '');
}
