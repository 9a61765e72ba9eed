import { CliError, EXIT } from '../cli-error.ts';

export interface Interruption {
  /** Rejects at the first Ctrl-C or SIGTERM. */
  happened: Promise<never>;
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns signals into a rejection; the second one ends the process at once.
 * @param message what is said then
 */
export function interruption(message: string | (() => string)): Interruption {
  let reject: (reason: CliError) => void = () => {};
  const happened = new Promise<never>((_resolve, fail) => (reject = fail));
  happened.catch(() => {});
  let count = 0;
  const onSignal = () => {
    count += 1;
    if (count > 1) process.exit(EXIT.interrupted);
    reject(new Interrupted(typeof message === 'string' ? message : message()));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    happened,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

/** The user stopped the command; not an error. */
export class Interrupted extends CliError {
  constructor(message: string) {
    super({ message, exitCode: EXIT.interrupted });
    this.name = 'Interrupted';
  }
}
