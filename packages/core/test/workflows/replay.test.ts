import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { RECORDED, textOf } from './histories.ts';

const silent = () => {};
const QUIET = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

interface RecordedEvent {
  workflowExecutionStartedEventAttributes?: {
    workflowId: string;
    searchAttributes?: { indexedFields: object };
  };
  activityTaskStartedEventAttributes?: { lastFailure?: { applicationFailureInfo?: { type: string } } };
  upsertWorkflowSearchAttributesEventAttributes?: object;
  activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  startChildWorkflowExecutionInitiatedEventAttributes?: { workflowId: string };
}
interface RecordedHistory {
  events: RecordedEvent[];
}

/** The release whose histories are looked at one by one. */
const RELEASE = '0.1.0';
const recorded = (name: string) =>
  JSON.parse(textOf(name.includes('/') ? name : `${RELEASE}/${name}`)) as RecordedHistory;

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    workflowInterceptorModules: [
      fileURLToPath(new URL('../../src/workflows/interceptors.ts', import.meta.url)),
    ],
    logger: QUIET,
  });
});

/** What went wrong in the replay, undefined when the workflow did again what it had done. */
async function replay(history: RecordedHistory): Promise<Error | undefined> {
  const { workflowId } = history.events[0]!.workflowExecutionStartedEventAttributes!;
  const histories = [{ workflowId, history }];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) return result.error;
  throw new Error('nothing was replayed');
}

describe('the workflows, against histories of a real campaign', () => {
  it.each(RECORDED)('do again what they did: %s', async (name) => {
    expect(await replay(recorded(name))).toBeUndefined();
  });

  it('hold a campaign, one that recalls it, a baseline, a measured candidate and a failed one', () => {
    const trials = ['baseline', 'drained', 'failed', 'further-look', 'measured'];
    const campaigns = ['', '-handing-over', '-held', '-recalled', '-searching', '-taken-over'];
    const names = [
      ...campaigns.map((kind) => `campaign${kind}`),
      'night',
      ...trials.map((kind) => `trial-${kind}`),
    ];
    expect(RECORDED).toEqual(names.map((name) => `${RELEASE}/${name}`));
    expect(resultOf('campaign')).toMatchObject({ decision: { outcome: 'selected' } });
    expect(resultOf('campaign-recalled')).toMatchObject({ decision: { outcome: 'selected' } });
    // All but the failed one are answered from the store, without a workflow of their own.
    const begun = (name: string) =>
      recorded(name).events.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)
        .length;
    expect([begun('campaign'), begun('campaign-recalled')]).toEqual([6, 1]);
    expect(resultOf('trial-baseline')).toMatchObject({ trial: { recipe: null, status: 'measured' } });
    expect(resultOf('trial-measured')).toMatchObject({ trial: { recipe: {}, status: 'measured' } });
    expect(resultOf('trial-failed')).toMatchObject({ trial: { failure: { code: 'unsupported' } } });
  });

  it('hold a campaign that looks again, plans a second round, and is approved', () => {
    const { events } = recorded('campaign-searching');
    const looks = events.flatMap(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
    );
    expect(looks.filter((id) => id.endsWith('/look-2')).length).toBeGreaterThan(0);
    expect(resultOf('campaign-searching')).toMatchObject({
      decision: { outcome: 'selected', acts: [{ kind: 'approve', by: 'somebody' }] },
    });
    const planned = events.some(
      ({ activityTaskScheduledEventAttributes: activity }) =>
        activity?.activityType.name === 'prepareCandidates',
    );
    expect(planned).toBe(true);
    expect(resultOf('trial-further-look')).toMatchObject({ trial: { effort: { look: 2 } } });
  });

  it('hold a campaign that was paused, let go on, and ended early', () => {
    const { decision } = resultOf('campaign-held') as { decision: { acts: { kind: string }[] } };
    expect(decision.acts.map(({ kind }) => kind)).toEqual(['pause', 'go-on', 'finish']);
    const begun = recorded('campaign-held').events.filter(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes,
    );
    expect(begun.length).toBeLessThan(6);
  });

  it('hold a campaign that went on in a new run, listed by what it is about', () => {
    const [before] = recorded('campaign-handing-over').events.slice(-1);
    expect(before).toHaveProperty('workflowExecutionContinuedAsNewEventAttributes');
    expect(resultOf('campaign-taken-over')).toMatchObject({ decision: { outcome: 'selected' } });
    for (const name of ['campaign-handing-over', 'campaign-taken-over', 'trial-drained']) {
      const [started] = recorded(name).events;
      const { searchAttributes } = started!.workflowExecutionStartedEventAttributes!;
      expect(Object.keys(searchAttributes!.indexedFields)).toContain('QuantloopTarget');
    }
    const upserted = (name: string) =>
      recorded(name).events.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length;
    expect(['campaign-handing-over', 'campaign-taken-over', 'trial-drained'].map(upserted)).toEqual([
      0, 1, 1,
    ]);
  });

  it('hold a trial one of whose stages a drained worker handed over', () => {
    const failures = recorded('trial-drained').events.flatMap(
      (event) => event.activityTaskStartedEventAttributes?.lastFailure?.applicationFailureInfo?.type ?? [],
    );
    expect(failures).toEqual(['worker-drained']);
    expect(resultOf('trial-drained')).toMatchObject({ trial: { status: 'measured' } });
  });

  it('hold a night of a schedule', () => {
    const [child] = recorded('night').events.flatMap(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
    );
    expect(child).toBe('campaign-scheduled');
    expect(resultOf('night')).toMatchObject({ outcome: 'selected' });
  });

  const ALTERED: [string, string, (event: RecordedEvent) => boolean][] = [
    [
      'another activity was run by a trial',
      'trial-baseline',
      ({ activityTaskScheduledEventAttributes: activity }) => {
        if (activity === undefined) return false;
        activity.activityType.name = 'evaluateAnother';
        return true;
      },
    ],
    [
      'another round was planned by the campaign',
      'campaign-searching',
      ({ activityTaskScheduledEventAttributes: activity }) => {
        if (activity?.activityType.name !== 'prepareCandidates') return false;
        activity.activityType.name = 'prepareOthers';
        return true;
      },
    ],
    [
      'another trial was begun by the campaign',
      'campaign',
      ({ startChildWorkflowExecutionInitiatedEventAttributes: child }) => {
        if (child === undefined) return false;
        child.workflowId = 'campaign-recorded/run/another';
        return true;
      },
    ],
  ];
  it.each(ALTERED)('do not pass where %s', async (_what, name, alter) => {
    const history = recorded(name);
    expect(history.events.some(alter)).toBe(true);
    expect(await replay(history)).toBeInstanceOf(DeterminismViolationError);
  });

  it.each(RECORDED)('were recorded without a trace of the machine: %s', (name) => {
    const decoded = textOf(name).replaceAll(/"data": "([^"]*)"/g, (_all, data: string) =>
      Buffer.from(data, 'base64').toString(),
    );
    expect(decoded.includes('"eventType"')).toBe(true);
    for (const trace of [/\/tmp\b/, /\/home\//, /\/root\b/, /\/work\b/, /\/Users\//]) {
      expect(trace.test(decoded)).toBe(false);
    }
    const identities = [...decoded.matchAll(/"identity": "([^"]*)"/g)].map(([, identity]) => identity!);
    // What schedules begin is begun by the server itself.
    const known = /^((1@)?host(\/|$)|temporal-scheduler-)/;
    expect(identities.filter((identity) => !known.test(identity))).toEqual([]);
  });
});

/** What a recorded workflow returned. */
function resultOf(name: string): unknown {
  const last = recorded(name).events.at(-1) as unknown as {
    workflowExecutionCompletedEventAttributes: { result: { payloads: { data: string }[] } };
  };
  const [payload] = last.workflowExecutionCompletedEventAttributes.result.payloads;
  return JSON.parse(Buffer.from(payload!.data, 'base64').toString());
}
