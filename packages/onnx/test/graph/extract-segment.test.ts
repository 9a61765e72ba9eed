import { expect, test } from 'vitest';
import { extractSegment, GraphBuilder, graphOf, type ModelProto, parseModel } from '../../src/index.ts';

/** Two layers y = relu(x · w) that differ in nothing but the names. */
function layered(): ModelProto {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['m', 2]);
  const w = g.input('w', 'float32', [2, 2]);
  const first = g.node('Relu', [g.node('MatMul', [x, w], { name: 'a' })], { name: 'b' });
  const second = g.node('Relu', [g.node('MatMul', [first, w], { name: 'c' })], { name: 'd' });
  g.node('Identity', [second], { outputs: [g.output('y', 'float32', ['m', 2])] });
  return g.model();
}

const cut = (model: ModelProto, from: number, input: string, output: string) =>
  extractSegment({
    model,
    nodes: graphOf(model).node.slice(from, from + 2),
    inputs: [
      { name: input, type: 'float32', rank: 2 },
      { name: 'w', type: 'float32', rank: 2 },
    ],
    outputs: [output],
    constants: [],
  });

test('a segment has the inputs and outputs asked for, under their new names', () => {
  const { bytes, names } = cut(layered(), 2, 'b/output_0', 'd/output_0');
  const graph = graphOf(parseModel(bytes, 'segment'));
  expect(graph.input.map(({ name }) => name)).toEqual([names.get('b/output_0'), names.get('w')]);
  expect(graph.output.map(({ name }) => name)).toEqual([names.get('d/output_0')]);
  expect(graph.node.map(({ opType, name }) => [opType, name])).toEqual([
    ['MatMul', ''],
    ['Relu', ''],
  ]);
});

test('layers that do the same become the same bytes, and the model stays as it was', () => {
  const model = layered();
  const before = JSON.stringify(graphOf(model).node.map(({ name, input, output }) => [name, input, output]));
  const first = cut(model, 0, 'x', 'b/output_0');
  const second = cut(model, 2, 'b/output_0', 'd/output_0');
  expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
  expect(first.names.get('x')).toBe(second.names.get('b/output_0'));
  const after = JSON.stringify(graphOf(model).node.map(({ name, input, output }) => [name, input, output]));
  expect(after).toBe(before);
});
