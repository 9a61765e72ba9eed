import { QuantloopError } from '@quantloop/core';

/** Lines of its output in the message of a failure. */
const LAST_LINES = 12;

/** What V8 and the C++ library say when they cannot go on, in an address space that is limited too. */
const OUT_OF_MEMORY =
  /(heap|process) out of memory|Fatal process OOM|std::bad_alloc|failed to (reserve|allocate).*memory/i;

export interface ProcessEnd {
  stage: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last of what the process wrote. */
  output: string;
  /** It was killed for it had neither said anything nor computed for so many seconds. */
  hungFor?: number | undefined;
  /** The kernel killed a process for memory while the job ran. */
  killedForMemory: boolean;
}

/** The failure of a job whose process ended without saying why. */
export function exitFailure(end: ProcessEnd): QuantloopError {
  const { stage, code, signal, output } = end;
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const lines = output.trim().split('\n').slice(-LAST_LINES).join('\n');
  const words = lines === '' ? '' : ` Its last words:\n${lines}`;
  if (end.hungFor !== undefined) {
    return new QuantloopError({
      code: 'timeout',
      message: `The process of ${stage} hung: for ${end.hungFor} s it neither said anything nor computed.${words}`,
      hint: 'The job is tried again and goes on from its last finished block. QUANTLOOP_HUNG_AFTER allows more seconds.',
    });
  }
  if (OUT_OF_MEMORY.test(output) || (signal === 'SIGKILL' && end.killedForMemory)) {
    return new QuantloopError({
      code: 'out-of-memory',
      message: `The process of ${stage} ran out of memory (${how}).${words}`,
      hint: 'Run on a machine with more memory, or lower the batch size; finished blocks are kept.',
    });
  }
  return new QuantloopError({
    code: 'worker-lost',
    message: `The process of ${stage} ended without a result (${how}).${words}`,
    hint: 'The job is tried again and goes on from its last finished block.',
  });
}
