import { QuantloopError, type Engine } from '@quantloop/core';
import { placeOfProcess } from '@quantloop/jobs';
import { engineOf } from './engines.ts';

/**
 * Refuses an engine that would run models elsewhere than on the device that this process is pinned to: it would be measured
 * beside whatever else runs there.
 *
 * @throws QuantloopError `unsupported`, before the job has a key: nothing is stored of it.
 */
export function refuseMisplaced(engine: Engine): void {
  const place = placeOfProcess();
  if (place === 'machine') return;
  const reason = engineOf(engine).misplaced(engine, place);
  if (reason === undefined) return;
  const devices = [...place.gpus, ...place.cpus.map((cpu) => `core ${cpu}`)].join(', ');
  throw new QuantloopError({
    code: 'unsupported',
    message: `This worker is pinned to ${devices}, and the target's engine does not run there: ${reason}.`,
    hint: 'Start the worker with another --device (several may be given), or without any.',
  });
}
