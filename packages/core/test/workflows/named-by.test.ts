import { campaignWorkflowId, namedBy, nightWorkflowId, runName } from '@quantloop/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const time = fc.date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2100-01-01') });

test('a workflow is named by what it works on, whatever the names', () => {
  fc.assert(
    fc.property(name, time, name, fc.integer({ min: 2, max: 99 }), (campaign, at, trial, look) => {
      const id = campaignWorkflowId(campaign);
      const run = runName(at);
      expect(namedBy(id)).toEqual({ campaign });
      expect(namedBy(`${id}/${run}/${trial}`)).toEqual({ campaign, run, trial });
      expect(namedBy(`${id}/${run}/${trial}/look-${look}`)).toEqual({ campaign, run, trial });
      const due = `${at.toISOString().slice(0, 19)}Z`;
      expect(namedBy(`${nightWorkflowId(campaign)}-${due}`)).toEqual({ campaign });
      expect(namedBy(`workflow-${campaign}`)).toEqual({});
    }),
  );
});
