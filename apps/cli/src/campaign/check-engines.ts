import type { CampaignFile, SpecIssue } from '@quantloop/core';
import { hardwareFingerprint } from '@quantloop/evaluate';

/** Targets whose engine cannot run on this machine. With workers elsewhere it is theirs to say. */
export async function engineIssues(file: CampaignFile): Promise<SpecIssue[]> {
  const { onnxruntime } = await hardwareFingerprint();
  return file.targets.flatMap(({ engine }, index): SpecIssue[] =>
    engine.kind !== 'onnxruntime' || onnxruntime.providers.includes(engine.provider)
      ? []
      : [
          {
            path: ['targets', index, 'engine', 'provider'],
            message: `this machine has no provider "${engine.provider}".`,
            hint: `It has ${onnxruntime.providers.join(', ')}; \`quantloop doctor\` says how to get others.`,
          },
        ],
  );
}
