import {
  GraphBuilder,
  addInitializer,
  constantOperands,
  findInitializer,
  float,
  hoistConstants,
  makeNode,
  makeTensor,
  nestedInitializers,
  nestedNodes,
  nodeLayer,
  parseModel,
  readAttributes,
  removeInitializer,
  removeUnusedInitializers,
  replaceNode,
  requireOpset,
  serializeModel,
  uniqueName,
} from '@quantloop/onnx';
import { describe, expect, test } from 'vitest';

function twoProducts() {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['n', 4]);
  const w = g.initializer('w', 'float32', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const v = g.initializer('v', 'float32', [3, 2], [1, 2, 3, 4, 5, 6]);
  const first = g.node('MatMul', [x, w], { name: 'first' });
  const second = g.node('FusedMatMul', [first, v], {
    name: 'second',
    domain: 'com.microsoft',
    attributes: { transB: 1 },
  });
  g.node('MatMul', [second, g.input('y', 'float32', [3, 3])], {
    outputs: [g.output('z', 'float32', ['n', 3])],
  });
  return g.model();
}

describe('the layer in a name', () => {
  test.each([
    ['/model/layers.3/self_attn/q_proj/MatMul', 3],
    ['model.layers.12.mlp.up_proj.weight', 12],
    ['/encoder/layer.0/x', 0],
    ['transformer.h.7.attn.c_attn.weight', 7],
    ['/decoder/block.2/layer.0/x', 2],
    ['/lm_head/MatMul', undefined],
    ['/players.3/x', undefined],
  ])('%s belongs to layer %s', (name, layer) => {
    expect(nodeLayer(name)).toBe(layer);
  });
});

describe('constants', () => {
  const inner = new GraphBuilder().model().graph!;
  inner.initializer.push(makeTensor({ name: 'inner', type: 'float32', dims: [1], data: [1] }));
  inner.node.push(makeNode({ op: 'Relu', name: 'deep', inputs: ['w'], outputs: ['out'] }));

  test('are seen through nodes that hand them on, change their type or swap their axes', () => {
    const g = new GraphBuilder();
    const w = g.initializer('w', 'float16', [4, 2], new Uint16Array(8));
    const turned = g.node('Transpose', [g.node('Identity', [w], { name: 'same' })], { name: 'turn' });
    const cast = g.node('Cast', [turned], { name: 'cast', attributes: { to: 1 } });
    const back = g.node('Transpose', [cast], { attributes: { perm: [1, 0] } });
    const rounded = g.node('Cast', [w], { attributes: { to: 6 } });
    const kept = g.node('Transpose', [w], { attributes: { perm: [0, 1] } });
    const operand = constantOperands(g.model());
    expect(operand(cast)).toMatchObject({ name: 'w', dims: [4, 2], transposed: true, type: 'float32' });
    expect(operand(cast)!.via.map(({ name }) => name)).toEqual(['same', 'turn', 'cast']);
    expect(operand(back)).toMatchObject({ transposed: false });
    expect([rounded, kept, 'nowhere'].map(operand)).toEqual([undefined, undefined, undefined]);
    g.model().graph!.input.push({ ...g.model().graph!.input[0]!, name: 'w' });
    expect(constantOperands(g.model())('w'), 'an input may replace it').toBeUndefined();
  });

  test('of nodes become initializers when they are matrices', () => {
    const g = new GraphBuilder();
    const constant = (name: string, dims: number[]) =>
      g.node('Constant', [], {
        outputs: [name],
        attributes: { value: makeTensor({ name: '', type: 'float32', dims, data: new Float32Array(4) }) },
      });
    const sum = g.node('MatMul', [constant('m', [2, 2]), constant('v', [4])]);
    g.node('Add', [sum, constant('y', [4, 1])], { outputs: ['z'] });
    g.output('y', 'float32', [4, 1]);
    const model = g.model();
    hoistConstants(model);
    expect(model.graph!.initializer.map(({ name }) => name)).toEqual(['m']);
    expect(model.graph!.node.map(({ opType }) => opType)).toEqual(['Constant', 'MatMul', 'Constant', 'Add']);
  });

  test('and nodes of subgraphs are found with the node that holds them', () => {
    const model = twoProducts();
    const holder = makeNode({
      op: 'If',
      name: 'if',
      inputs: ['x'],
      outputs: ['first'],
      attributes: { then_branch: inner },
    });
    model.graph!.node.splice(0, 1, holder);
    const places = (found: Iterable<{ item: { name: string }; inside: { name: string } | undefined }>) =>
      [...found].map(({ item, inside }) => [item.name, inside?.name]);
    expect(places(nestedNodes(model))).toEqual([
      ['if', undefined],
      ['second', undefined],
      ['', undefined],
      ['deep', 'if'],
    ]);
    expect(places(nestedInitializers(model))).toEqual([
      ['w', undefined],
      ['v', undefined],
      ['inner', 'if'],
    ]);
  });
});

describe('editing a graph', () => {
  test('puts replacements where the node was', () => {
    const model = twoProducts();
    const [first] = model.graph!.node;
    const nodes = ['a', 'b'].map((name) =>
      makeNode({ op: 'Identity', name, inputs: ['x'], outputs: [name] }),
    );
    replaceNode(model, first!, nodes);
    expect(model.graph!.node.map(({ name }) => name)).toEqual(['a', 'b', 'second', '']);
    expect(() => replaceNode(model, first!, [])).toThrow(/no node "first"/);
  });

  test('keeps initializers that only a subgraph uses', () => {
    const inner = new GraphBuilder().model().graph!;
    inner.node.push(makeNode({ op: 'Identity', inputs: ['w'], outputs: ['out'] }));
    const model = twoProducts();
    model.graph!.node.splice(
      0,
      1,
      makeNode({ op: 'If', inputs: ['x'], outputs: ['first'], attributes: { then_branch: inner } }),
    );
    addInitializer(model, makeTensor({ name: 'unused', type: 'int64', dims: [1], data: [1] }));
    expect(removeUnusedInitializers(model)).toEqual(['unused']);
    expect(findInitializer(model, 'w')).toBeDefined();
    removeInitializer(model, 'w');
    expect(findInitializer(model, 'w')).toBeUndefined();
  });

  test('refuses an initializer whose name is taken, and finds one that is not', () => {
    const model = twoProducts();
    const tensor = makeTensor({ name: 'w', type: 'float32', dims: [1], data: [1] });
    expect(() => addInitializer(model, tensor)).toThrow(/"w" already/);
    expect(uniqueName(model, 'w')).toBe('w_1');
    expect(uniqueName(model, 'fresh')).toBe('fresh');
  });

  test('adds operator sets, raises versions, never lowers them', () => {
    const model = new GraphBuilder().model();
    requireOpset(model, 'ai.onnx', 23);
    requireOpset(model, '', 13);
    requireOpset(model, 'com.microsoft', 1);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 23n],
      ['com.microsoft', 1n],
    ]);
  });

  test('attributes survive writing and reading, floats as floats', () => {
    const attributes = {
      axis: -1,
      epsilon: float(1),
      ratios: float([0.5, 2]),
      mode: 'linear',
      shape: [1, 2, 3],
      names: ['a', 'b'],
      none: [],
      value: makeTensor({ name: 't', type: 'int8', dims: [2], data: [-1, 1] }),
    };
    const g = new GraphBuilder();
    g.node('Custom', [], { attributes });
    const [node] = parseModel(serializeModel(g.model())).graph!.node;
    const { value, ...rest } = readAttributes(node!);
    expect(rest).toEqual({ ...attributes, epsilon: 1, ratios: [0.5, 2], value: undefined });
    expect(value).toMatchObject({ name: 't', dims: [2n] });
    expect(node!.attribute.map(({ type }) => type)).toEqual([2, 1, 6, 3, 7, 8, 7, 4]);
    expect(() => makeNode({ op: 'X', inputs: [], outputs: [], attributes: { epsilon: 1e-5 } })).toThrow(
      /write float\(/,
    );
  });
});

describe('a graph builder', () => {
  test('refuses inputs that do not exist yet, values defined twice and outputs without a producer', () => {
    const g = new GraphBuilder();
    expect(() => g.node('Relu', ['x'])).toThrow(/input "x" does not exist yet/);
    g.input('x', 'float32', [1]);
    expect(() => g.initializer('x', 'float32', [1], [1])).toThrow(/value "x" already/);
    g.output('y', 'float32', [1]);
    expect(() => g.model()).toThrow(/produces the output "y"/);
    g.node('Relu', ['x'], { outputs: ['y'] });
    expect(g.model().graph!.node).toHaveLength(1);
  });

  test('writes IR 10 and opset 21, and the operator sets that nodes use', () => {
    const g = new GraphBuilder();
    g.node('Gelu', [g.input('x', 'float16', ['batch', 3])], { domain: 'com.microsoft' });
    const model = parseModel(g.bytes());
    expect(model.irVersion).toBe(10n);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 21n],
      ['com.microsoft', 1n],
    ]);
    const { value } = model.graph!.input[0]!.type!;
    expect(value).toMatchObject({ case: 'tensorType', value: { elemType: 10 } });
  });

  test('refuses constants whose data does not fill the shape', () => {
    const g = new GraphBuilder();
    expect(() => g.constant('float32', [3], [1, 2])).toThrow(/takes 12 bytes, not 8/);
    expect(() => g.constant('int4', [2], [1, 2])).toThrow(/packed bytes/);
    expect(g.constant('int4', [3], Uint8Array.of(0x21, 0x03))).toBe('constant_2');
  });
});
