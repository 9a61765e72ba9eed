import type { Hook } from './hook.ts';

/** IFEval's metrics check the instructions themselves: its function has nothing left to do. */
export const IFEVAL_HOOKS: Record<string, Hook> = {
  'ifeval.process_results': {
    python: 'utils.process_results',
    of: { folder: 'ifeval', tasks: ['ifeval'], datasets: ['google/IFEval'] },
    field: 'process_results',
    call: { byMetrics: true },
  },
};
