import { join } from 'node:path';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';

/** Variables a job may see: nothing else of the parent's environment, above all no credentials of other services. */
const ALLOWED =
  /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|XDG_CACHE_HOME|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|NODE_.*|HF_.*|QUANTLOOP_.*|CUDA_.*|NVIDIA_.*|ORT_.*|OMP_.*|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY)$/i;
/** Secrets of what starts jobs, not of jobs. */
const SECRETS =
  /^(NODE_AUTH_TOKEN|QUANTLOOP_PAYLOAD_KEYS|QUANTLOOP_PAYLOAD_KEY_FILE|QUANTLOOP_METRICS_TOKEN)$/i;
/** Node's own channel to its parent must not be mistaken for ours. */
const OWN_CHANNEL = /^NODE_(CHANNEL_|UNIQUE_ID)/;

/**
 * Settings of Linux's C library (glibc). Left to itself it raises the size from which a buffer is a mapping of its own, up to 32
 * MiB, and jobs that free and ask for tensors of many sizes leave holes in the heap: the peak of a sensitivity scan grew from 0.4 to
 * 0.9 GiB with sixteen times the text. With a fixed size it stays below 0.4. Large pages make up for the mappings, which come page by
 * page and filled with zeros: 4.2 s where small ones take 5.0, and a heap that gives nothing back 3.8 (and 1.9 GiB).
 */
const MEMORY = {
  GLIBC_TUNABLES: [
    'glibc.malloc.hugetlb=1',
    `glibc.malloc.mmap_threshold=${2 ** 20}`,
    `glibc.malloc.trim_threshold=${2 ** 26}`,
  ].join(':'),
};

/** The environment of a job's process; code is compiled once per user and read back afterwards. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(
    ([name]) => ALLOWED.test(name) && !OWN_CHANNEL.test(name) && !SECRETS.test(name),
  );
  return {
    NODE_COMPILE_CACHE: join(userCacheFolder(), 'compile-cache'),
    ...MEMORY,
    ...Object.fromEntries(passed),
  };
}

const CONDITION = '--conditions=@quantloop/source';

/**
 * MiB for the youngest objects of the JavaScript heap, of which V8 takes up to three times as much. Left to itself (16) it fills
 * them with what modules and tokenizers leave behind: a process that scores 134 million weights then peaks 70 MB higher, and takes
 * no less time.
 */
const YOUNGEST = '--max-semi-space-size=4';

/** Node's options for the child: the parent's, without those that replace the program or open a debugger. */
export function childOptions(extension: string): string[] {
  const options = [YOUNGEST];
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
