import { join } from 'node:path';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';

/** Variables a job may see: nothing else of the parent's environment, above all no credentials of other services. */
const ALLOWED =
  /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|XDG_CACHE_HOME|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|NODE_.*|HF_.*|QUANTLOOP_.*|CUDA_.*|NVIDIA_.*|ORT_.*|OMP_.*|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY)$/i;
/** Node's own channel to its parent must not be mistaken for ours. */
const OWN_CHANNEL = /^NODE_(CHANNEL_|UNIQUE_ID)/;

/**
 * Settings of Linux's C library (glibc), which gives freed memory back to the system, to get it anew page by page and
 * filled with zeros. Jobs free and ask for tensors of many MiB all the time, so up to 1 GiB that is free is kept: GPTQ of
 * 134 million weights meets 139,000 page faults instead of 923,000, and takes 36.0 s of CPU instead of 38.4. (32 MiB and 256
 * MiB instead: 593,000.) Its peak is 600 MiB.
 */
const KEEP_FREED_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
};

/** The environment of a job's process; code is compiled once per user and read back afterwards. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(
    ([name]) => ALLOWED.test(name) && !OWN_CHANNEL.test(name),
  );
  return {
    NODE_COMPILE_CACHE: join(userCacheFolder(), 'compile-cache'),
    ...KEEP_FREED_MEMORY,
    ...Object.fromEntries(passed),
  };
}

const CONDITION = '--conditions=@quantloop/source';

/** Node's options for the child: the parent's, without those that replace the program or open a debugger. */
export function childOptions(extension: string): string[] {
  const options: string[] = [];
  for (let index = 0; index < process.execArgv.length; index++) {
    const option = process.execArgv[index] ?? '';
    if (/^(-e|--eval|-p|--print|-pe|-i|--interactive|-c|--check)$/.test(option)) {
      index++;
    } else if (!/^--(eval=|print=|inspect|debug|watch|test|input-type)/.test(option)) {
      options.push(option);
    }
  }
  // Sources import each other by package name; the condition leads to the sources and not to a build.
  if (extension === '.ts' && !options.join(' ').includes('@quantloop/source')) options.push(CONDITION);
  return options;
}
