import { proxyActivities } from '@temporalio/workflow';
import { FAILURE_CODES, isPermanent } from '../errors/quantloop-error.ts';
import type {
  CandidateActivities,
  EvaluateActivities,
  ImportActivities,
  NightActivities,
  QuantizeActivities,
  RecallActivities,
  ReportActivities,
  SensitivityActivities,
} from './activities.ts';
import { despiteDrains } from './despite-drains.ts';
import { PREPARE_QUEUE, targetQueue } from './queues.ts';

const permanent = Object.keys(FAILURE_CODES).filter(isPermanent);

/**
 * The server learns of a dead worker only by missing heartbeats; stages send one every few seconds. A stage may run
 * for days, but not silently. Three further attempts: what kills a job every time becomes a failed trial. What its worker
 * handed over is no failure: see `despite-drains.ts`.
 */
const durable = {
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '15s',
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    maximumAttempts: 4,
    nonRetryableErrorTypes: permanent,
  },
} as const;

export const prepare = despiteDrains(
  proxyActivities<ImportActivities & QuantizeActivities & SensitivityActivities & CandidateActivities>({
    ...durable,
    taskQueue: PREPARE_QUEUE,
  }),
);

export function measureOn(target: string): EvaluateActivities {
  return despiteDrains(proxyActivities<EvaluateActivities>({ ...durable, taskQueue: targetQueue(target) }));
}

/** Looks into the store on the target's own machine, whose hardware is part of what is looked for. */
export function recallOn(target: string): RecallActivities {
  return proxyActivities<RecallActivities>({
    startToCloseTimeout: '10 minutes',
    taskQueue: targetQueue(target),
    retry: { maximumAttempts: 2 },
  });
}

/** Runs beside the workflows, on their own queue. */
export const present = proxyActivities<ReportActivities & Pick<NightActivities, 'compareNight'>>({
  startToCloseTimeout: '10 minutes',
  retry: { ...durable.retry },
});

/** Whoever is to be told may be away for a while; the night does not wait for them longer than an hour. */
export const { announceNight } = proxyActivities<Pick<NightActivities, 'announceNight'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: {
    initialInterval: '2s',
    backoffCoefficient: 2,
    maximumInterval: '5 minutes',
    nonRetryableErrorTypes: permanent,
  },
});
