/**
 * Milliseconds of one [m, 2048] · [2048, 2048] product (and of three that share their input, as q, k and v do) by how
 * the activations are rounded to 8 bits. Best of many runs of a session with two threads.
 * Run: node --conditions=@quantloop/source packages/quantize/bench/int8-activations.ts
 */
import { GraphBuilder } from '@quantloop/onnx';
import { openGraph, Tensor } from '@quantloop/runtime';

const SIDE = 2048;
const MICROSOFT = { domain: 'com.microsoft' };

interface Codes {
  codes: string;
  scales: string;
  floats: string;
}
type Product = (g: GraphBuilder, x: string, w: Codes[]) => string[];

const scalar = (g: GraphBuilder, value: number) => g.constant('float32', [], [value]);

/** Scale of each row: max |x| / 127. */
function rowScale(g: GraphBuilder, x: string): string {
  const axes = g.constant('int64', [1], BigInt64Array.of(-1n));
  const largest = g.node('ReduceMax', [g.node('Abs', [x]), axes]);
  return g.node('Mul', [g.node('Max', [largest, scalar(g, 1e-30)]), scalar(g, 1 / 127)]);
}

const toFloat = (g: GraphBuilder, inputs: string[]) => g.node('MatMulIntegerToFloat', inputs, MICROSOFT);

const PRODUCTS: Record<string, Product> = {
  'float32 MatMul': (g, x, w) => w.map(({ floats }) => g.node('MatMul', [x, floats])),
  'dynamic, per tensor: DynamicQuantizeMatMul': (g, x, w) =>
    w.map(({ codes, scales }) => g.node('DynamicQuantizeMatMul', [x, codes, scales], MICROSOFT)),
  'dynamic, per token: int8, MatMulIntegerToFloat': (g, x, w) => {
    const scale = rowScale(g, x);
    const zero = g.constant('int8', [], Int8Array.of(0));
    const rounded = g.node('QuantizeLinear', [g.node('Div', [x, scale]), scalar(g, 1), zero]);
    return w.map(({ codes, scales }) =>
      g.node('Mul', [toFloat(g, [rounded, codes, scalar(g, 1), scales]), scale]),
    );
  },
  'dynamic, per token: uint8, MatMulIntegerToFloat': (g, x, w) => {
    const scale = rowScale(g, x);
    const zero = g.constant('uint8', [], Uint8Array.of(128));
    const rounded = g.node('QuantizeLinear', [g.node('Div', [x, scale]), scalar(g, 1), zero]);
    return w.map(({ codes, scales }) =>
      g.node('Mul', [toFloat(g, [rounded, codes, scalar(g, 1), scales, zero]), scale]),
    );
  },
  'dynamic, per token: MatMulInteger, Cast, Mul, Mul': (g, x, w) => {
    const scale = rowScale(g, x);
    const zero = g.constant('int8', [], Int8Array.of(0));
    const rounded = g.node('QuantizeLinear', [g.node('Div', [x, scale]), scalar(g, 1), zero]);
    return w.map(({ codes, scales }) => {
      const sums = g.node('Cast', [g.node('MatMulInteger', [rounded, codes])], { attributes: { to: 1 } });
      return g.node('Mul', [g.node('Mul', [sums, scale]), scales]);
    });
  },
  'dynamic, per token: blocked QuantizeLinear': (g, x, w) => {
    const scale = rowScale(g, x);
    const attributes = { axis: 1, block_size: SIDE, output_dtype: 3 };
    const rounded = g.node('QuantizeLinear', [x, scale], { attributes });
    return w.map(({ codes, scales }) =>
      g.node('Mul', [toFloat(g, [rounded, codes, scalar(g, 1), scales]), scale]),
    );
  },
  'static: uint8, MatMulIntegerToFloat': (g, x, w) => {
    const scale = scalar(g, 0.03);
    const zero = g.constant('uint8', [], Uint8Array.of(120));
    const rounded = g.node('QuantizeLinear', [x, scale, zero]);
    return w.map(({ codes, scales }) => toFloat(g, [rounded, codes, scale, scales, zero]));
  },
  'static: int8, MatMulIntegerToFloat': (g, x, w) => {
    const scale = scalar(g, 0.03);
    const zero = g.constant('int8', [], Int8Array.of(0));
    const rounded = g.node('QuantizeLinear', [x, scale, zero]);
    return w.map(({ codes, scales }) => toFloat(g, [rounded, codes, scale, scales]));
  },
  'static: uint8, MatMulInteger, Cast, Mul': (g, x, w) => {
    const zero = g.constant('uint8', [], Uint8Array.of(120));
    const rounded = g.node('QuantizeLinear', [x, scalar(g, 0.03), zero]);
    return w.map(({ codes, scales }) => {
      const sums = g.node('MatMulInteger', [rounded, codes, zero]);
      return g.node('Mul', [g.node('Cast', [sums], { attributes: { to: 1 } }), scales]);
    });
  },
  'static: QuantizeLinear, DequantizeLinear around MatMul': (g, x, w) => {
    const scale = scalar(g, 0.03);
    const zero = g.constant('uint8', [], Uint8Array.of(120));
    const rounded = g.node('DequantizeLinear', [g.node('QuantizeLinear', [x, scale, zero]), scale, zero]);
    return w.map(({ codes, scales }) =>
      g.node('MatMul', [rounded, g.node('DequantizeLinear', [codes, scales], { attributes: { axis: 1 } })]),
    );
  },
  'static: QLinearMatMul, DequantizeLinear': (g, x, w) => {
    const scale = scalar(g, 0.03);
    const zero = g.constant('uint8', [], Uint8Array.of(120));
    const rounded = g.node('QuantizeLinear', [x, scale, zero]);
    return w.map(({ codes, scales }) => {
      const zeros = g.constant('int8', [SIDE], new Int8Array(SIDE));
      const y = g.node('QLinearMatMul', [rounded, scale, zero, codes, scales, zeros, scale, zero]);
      return g.node('DequantizeLinear', [y, scale, zero]);
    });
  },
};

async function milliseconds(product: Product, rows: number, products: number): Promise<number> {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', ['m', SIDE]);
  const weights = Array.from({ length: products }, (_, i): Codes => {
    const codes = Int8Array.from({ length: SIDE * SIDE }, (_, at) => (Math.imul(at + i, 40503) >> 8) & 0xff);
    return {
      codes: g.constant('int8', [SIDE, SIDE], codes),
      scales: g.constant('float32', [SIDE], new Float32Array(SIDE).fill(0.01)),
      floats: g.constant('float32', [SIDE, SIDE], Float32Array.from(codes)),
    };
  });
  product(g, x, weights).forEach((y, i) =>
    g.node('Identity', [y], { outputs: [g.output(`y${i}`, 'float32', ['m', SIDE])] }),
  );
  const session = await openGraph({ model: g.bytes(), threads: 2 });
  const data = Float32Array.from({ length: rows * SIDE }, (_, at) => Math.sin(at * 1.7) * 3);
  const feeds = { x: new Tensor('float32', data, [rows, SIDE]) };
  let best = Infinity;
  const until = performance.now() + 1000;
  while (performance.now() < until) {
    const started = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - started);
  }
  await session.release();
  return best;
}

const SHAPES = [1, 256].flatMap((rows) => [1, 3].map((products) => ({ rows, products })));
console.log(['', ...SHAPES.map(({ rows, products }) => `${products} × m=${rows}`)].join(' | '));
for (const [name, product] of Object.entries(PRODUCTS)) {
  const cells: string[] = [];
  for (const { rows, products } of SHAPES) {
    const ms = await milliseconds(product, rows, products).catch((error: Error) =>
      error.message.slice(0, 60),
    );
    cells.push(typeof ms === 'number' ? ms.toFixed(3) : ms);
  }
  console.log([name, ...cells].join(' | '));
}
