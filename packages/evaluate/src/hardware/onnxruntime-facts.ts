import { GraphBuilder } from '@quantloop/onnx';

export interface OnnxRuntimeFacts {
  version: string;
  /** Execution providers that can open a session here. */
  providers: string[];
}

/**
 * ONNX Runtime's version and usable providers. Providers whose libraries come apart from the package (CUDA, TensorRT)
 * are listed by every build, so each is tried with a graph of one operator, on machines that have such a device.
 */
export async function onnxRuntimeFacts(options: { nvidia: boolean }): Promise<OnnxRuntimeFacts> {
  // Loading the native library costs 25 ms and 13 MB: only those pay who ask.
  const { availableProviders, openGraph, ortVersion } = await import('@quantloop/runtime');
  const providers: string[] = [];
  for (const { name, bundled } of availableProviders()) {
    if (bundled || (options.nvidia && (await opens(name)))) providers.push(name);
  }
  return { version: ortVersion(), providers };

  async function opens(provider: string): Promise<boolean> {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [1]);
    graph.node('Relu', ['x'], { outputs: ['y'] });
    graph.output('y', 'float32', [1]);
    try {
      const session = await openGraph({ model: graph.bytes(), provider: provider as 'cuda' });
      await session.release();
      return true;
    } catch {
      return false;
    }
  }
}
