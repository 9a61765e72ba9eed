import { METHOD_FACTS, methodOf } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { recipeOf } from '../support/recipe.ts';

describe('what methods declare', () => {
  test.each(Object.entries(METHOD_FACTS))('%s: its defaults make a recipe it accepts', (name, facts) => {
    expect(facts.name).toBe(name);
    const recipe = { ...recipeOf({ method: name }), options: facts.options.parse({}) };
    expect(recipe.options['head']).toBe(name === 'fp16' || name === 'bf16');
    expect(methodOf(recipe).facts.name).toBe(name);
    expect(() => facts.options.parse({ unknown: 1 })).toThrow(/unknown/);
  });

  test.each([
    ['rtn', 4, { cpu: 'native', cuda: 'native', webgpu: 'native', dml: 'native', coreml: 'simulated' }],
    ['rtn', 2, { cpu: 'native', webgpu: 'native', cuda: 'simulated', dml: 'simulated' }],
    ['rtn', 3, { cpu: 'simulated', webgpu: 'simulated', cuda: 'simulated', dml: 'simulated' }],
    ['rtn', 8, { cpu: 'native', cuda: 'native', webgpu: 'native', dml: 'simulated', tensorrt: 'simulated' }],
    ['nf4', 4, { cpu: 'native', cuda: 'native', webgpu: 'native', dml: 'simulated', coreml: 'simulated' }],
    ['fp4', 4, { cpu: 'native', cuda: 'native', webgpu: 'native', dml: 'simulated', coreml: 'simulated' }],
    ['dynamic-int8', 8, { cpu: 'native', dml: 'native', cuda: 'simulated', webgpu: 'simulated' }],
    ['fp16', 16, { cpu: 'simulated', cuda: 'simulated', webgpu: 'simulated' }],
    ['bf16', 16, { cpu: 'simulated', cuda: 'simulated', webgpu: 'simulated' }],
    ['fp8', 8, { cpu: 'simulated', cuda: 'simulated', tensorrt: 'simulated' }],
  ] as const)(
    '%s, %d bits: has kernels of its own where ONNX Runtime has them',
    (method, bits, providers) => {
      const { supports } = METHOD_FACTS[method]!;
      const found = Object.keys(providers).map((provider) => [
        provider,
        supports(recipeOf({ method, bits }), { kind: 'onnxruntime', provider }),
      ]);
      expect(Object.fromEntries(found)).toEqual(providers);
      expect(supports(recipeOf({ method, bits }), { kind: 'vllm', provider: 'cpu' })).toBe('simulated');
    },
  );

  test.each(Object.entries(METHOD_FACTS))('%s: with its cache in 8 bits', (method, facts) => {
    const recipe = recipeOf({ method, options: { kvCache: 'int8' } });
    const plain = recipeOf({ method });
    const { needsCalibration } = facts;
    expect(typeof needsCalibration === 'function' && needsCalibration(recipe)).toBe(true);
    const on = (provider: string) => ({ kind: 'onnxruntime', provider });
    expect(facts.supports(recipe, on('cpu'))).toBe(facts.supports(plain, on('cpu')));
    expect(facts.supports(recipe, on('webgpu'))).toBe('simulated');
  });

  test('a packed embedding has no kernel on DirectML', () => {
    const on = (provider: string) => ({ kind: 'onnxruntime', provider });
    const recipe = recipeOf({ method: 'rtn', options: { embedding: true } });
    const found = ['cpu', 'webgpu', 'cuda', 'dml'].map((at) => METHOD_FACTS['rtn']!.supports(recipe, on(at)));
    expect(found).toEqual(['native', 'native', 'native', 'simulated']);
  });
});
