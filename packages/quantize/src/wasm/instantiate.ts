import { readFileSync } from 'node:fs';

/** Compiled once in each thread. */
const modules = new Map<string, WebAssembly.Module>();

/** The functions of `kernels/<name>.wasm`, working in the given memory. */
export function instantiate<Functions>(name: string, memory: WebAssembly.Memory): Functions {
  let module = modules.get(name);
  if (module === undefined) {
    // As far from the sources as from the build.
    module = new WebAssembly.Module(readFileSync(new URL(`../../kernels/${name}.wasm`, import.meta.url)));
    modules.set(name, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Functions;
}
