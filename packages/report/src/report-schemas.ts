import { Decision } from '@quantloop/core';
import { z } from 'zod';
import { TrialsFile } from './tables/trials-file.ts';

/** The published JSON Schemas (draft 2020-12) of a run's JSON files, by file name. */
export function reportSchemas(): Record<'decision.schema.json' | 'trials.schema.json', unknown> {
  return {
    'decision.schema.json': { title: 'quantloop decision.json', ...z.toJSONSchema(Decision) },
    'trials.schema.json': { title: 'quantloop trials.json', ...z.toJSONSchema(TrialsFile) },
  };
}
