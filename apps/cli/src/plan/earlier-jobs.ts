import { openStore, storeExists, type JournalEntry, type Store } from '@quantloop/artifacts';
import { ArtifactRef, Metrics, Provenance, type Campaign, type EarlierJob } from '@quantloop/core';
import { z } from 'zod';

/** Of each stage only the latest are looked at: what evaluations were about stands in their results, which are large. */
const LATEST = 30;

const Stored = z.object({
  model: ArtifactRef.optional(),
  items: ArtifactRef.optional(),
  samples: ArtifactRef.optional(),
  metrics: Metrics.optional(),
  provenance: Provenance,
});
type Stored = z.infer<typeof Stored>;

const Sourced = z.object({ source: z.object({ model: z.string() }) });

/**
 * Jobs on the campaign's models that the store's journal says were carried out, from the first block to the last. No
 * store is made where there is none.
 */
export async function earlierJobs(
  storeRoot: string,
  { models }: Pick<Campaign, 'models'>,
): Promise<EarlierJob[]> {
  if (!(await storeExists(storeRoot))) return [];
  const store = await openStore({ root: storeRoot });
  try {
    const entries = (await store.journal.read()).filter(wasWhole);
    // Digests of models, unquantized and quantized, by the source that they were made from.
    const sources = new Map<string, string>();
    const jobs: EarlierJob[] = [];
    const add = (source: string | undefined, job: Omit<EarlierJob, 'model'>) => {
      for (const { id } of models.filter((model) => model.source === source))
        jobs.push({ ...job, model: id });
    };
    for (const [entry, { model, provenance }] of await outputsOf(store, entries, 'importModel')) {
      const source = String(provenance['import.source']);
      if (model !== undefined) sources.set(model.digest, source);
      add(source, { stage: 'importModel', seconds: entry.seconds! });
    }
    for (const [entry, { model, provenance }] of await outputsOf(store, entries, 'quantizeModel')) {
      const source = sources.get(String(provenance['quantize.source']));
      if (model !== undefined && source !== undefined) sources.set(model.digest, source);
      const method = String(provenance['quantize.method']);
      add(source, { stage: 'quantizeModel', method, seconds: entry.seconds! });
    }
    for (const stage of ['evaluateFidelity', 'evaluatePerformance'] as const) {
      for (const [entry, output] of (await outputsOf(store, entries, stage)).slice(-LATEST)) {
        const digest = await evaluatedModel(store, output);
        const peak = output.metrics?.['memory.peak']?.value;
        const cost = { seconds: entry.seconds!, ...(peak !== undefined && { peak }) };
        if (digest !== undefined) add(sources.get(digest), { stage, ...cost });
      }
    }
    return jobs;
  } finally {
    await store.close();
  }
}

/** What was taken over from an attempt before is missing in its seconds. */
const wasWhole = ({ event, seconds, blocks = 0 }: JournalEntry) =>
  event === 'finished' && seconds !== undefined && blocks === 0;

async function outputsOf(
  store: Store,
  entries: readonly JournalEntry[],
  stage: EarlierJob['stage'],
): Promise<[JournalEntry, Stored][]> {
  const outputs: [JournalEntry, Stored][] = [];
  for (const entry of entries.filter((each) => each.stage === stage)) {
    const result = await store.results.get(entry.key);
    const output = result !== undefined && 'output' in result ? Stored.safeParse(result.output) : undefined;
    if (output?.success === true) outputs.push([entry, output.data]);
  }
  return outputs;
}

async function evaluatedModel(store: Store, { items, samples }: Stored): Promise<string | undefined> {
  const ref = items ?? samples;
  if (ref === undefined) return undefined;
  // An artifact that is gone or damaged tells nothing; who needs it makes it again.
  const read = Sourced.safeParse(await store.readJson(ref).catch(() => undefined));
  return read.data?.source.model;
}
