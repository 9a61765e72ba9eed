import { spawn } from 'node:child_process';

export interface GoInstallOptions {
  /** As in `example.org/tool/cmd/tool@v1.2.3`. */
  module: string;
  /** Receives the program. */
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Receives a line every half minute. */
  onProgress: (line: string) => void;
}

/** Builds a program with `go install`. Throws a plain error whose message is the last that Go said. */
export async function goInstall({ module, folder, env, onProgress }: GoInstallOptions): Promise<void> {
  const ticker = setInterval(() => onProgress('… still building'), 30_000);
  try {
    await runGo(['install', module], { ...env, GOBIN: folder });
  } finally {
    clearInterval(ticker);
  }
}

function runGo(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error('Go is not installed') : error),
    );
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(errors.trim().split('\n').at(-1) ?? `go ended with code ${code}`));
    });
  });
}
