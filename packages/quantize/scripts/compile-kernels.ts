/**
 * Compiles the AssemblyScript of each folder of `kernels/` into `kernels/<folder>.wasm`, which is committed: users need
 * no compiler. Run: npm run generate -w packages/quantize
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('../kernels/', import.meta.url));

/** Names of all kernels. */
export async function kernelNames(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** The module of one folder. Its memory is imported as `env.memory`; no garbage collector, no checks of bounds but those of memory. */
export async function compileKernel(name: string): Promise<Uint8Array> {
  const out = `${name}.wasm`;
  let module: Uint8Array | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
  const { error, stderr } = await asc.main(
    [join(name, 'index.ts'), '--outFile', out, ...options, '--baseDir', folder],
    {
      writeFile: (file, content) => {
        if (file === out) module = content as Uint8Array;
      },
    },
  );
  if (error !== null || module === undefined) throw new Error(`${name}: ${error?.message}\n${stderr}`);
  return module;
}

if (import.meta.main) {
  for (const name of await kernelNames()) {
    const module = await compileKernel(name);
    await writeFile(join(folder, `${name}.wasm`), module);
    console.log(`${name}.wasm: ${module.length} bytes`);
  }
}
