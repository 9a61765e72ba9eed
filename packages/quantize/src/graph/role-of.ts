import { ROLES, type Role } from '@quantloop/core';

/**
 * What a layer does, by the names of its node and weight: `/model/layers.0/self_attn/q_proj/MatMul` (our import,
 * Optimum), `/model/layers.0/attn/qkv_proj/MatMul` (onnxruntime-genai) and `model.layers.0.mlp.up_proj.weight` name it
 * between slashes or dots. Undefined for a name that says nothing of the kind.
 */
export function roleOf(names: readonly string[]): Role | undefined {
  for (const name of names) {
    const words = name.split(/[/.]/);
    const role = ROLES.findLast((each) => words.includes(each));
    if (role !== undefined) return role;
  }
  return undefined;
}
