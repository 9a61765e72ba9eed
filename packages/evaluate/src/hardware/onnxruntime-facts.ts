import { access } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder } from '@quantloop/onnx';

export interface OnnxRuntimeFacts {
  version: string;
  /** Execution providers that can be used here. */
  providers: string[];
}

/**
 * ONNX Runtime's version and usable providers. Every build lists CUDA and TensorRT, whose libraries come apart from the
 * package: on machines with such a device each is tried with a graph of one operator. WebGPU needs a Vulkan loader on
 * Linux; that is looked for on disk, because trying prints to the terminal.
 */
export async function onnxRuntimeFacts(options: { nvidia: boolean }): Promise<OnnxRuntimeFacts> {
  // Loading the native library costs 25 ms and 13 MB: only those pay who ask.
  const { availableProviders, openGraph, ortVersion } = await import('@quantloop/runtime');
  const usable = async ({ name, bundled }: { name: string; bundled: boolean }) =>
    bundled ? name !== 'webgpu' || (await hasVulkan()) : options.nvidia && (await opens(name));
  const providers: string[] = [];
  for (const provider of availableProviders()) {
    if (await usable(provider)) providers.push(provider.name);
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

/** Where Linux distributions keep their libraries. */
const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
];

async function hasVulkan(): Promise<boolean> {
  if (platform() !== 'linux') return true;
  const folders = [...(process.env.LD_LIBRARY_PATH ?? '').split(':'), ...LIBRARY_FOLDERS].filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, 'libvulkan.so.1')).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
