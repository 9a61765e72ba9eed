import type { Estimate, Trial } from '@quantloop/core';
import type { PageFacts } from '../src/page/page-facts.ts';

/** The facts that the page carries. */
export async function readFacts(element: HTMLElement): Promise<PageFacts> {
  const packed = Uint8Array.from(atob(element.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const facts = (await new Response(stream).json()) as PageFacts;
  facts.trials.forEach(restoreNumbers);
  return facts;
}

/** JSON has no NaN: it comes as null, which arithmetic would take for 0. */
function restoreNumbers({ metrics }: Trial): void {
  for (const measurement of Object.values(metrics)) {
    restore(measurement);
    const { versusBaseline } = measurement;
    if (versusBaseline !== undefined) {
      restore(versusBaseline.difference);
      restore(versusBaseline.ratio);
    }
  }
}

function restore(estimate: Estimate): void {
  for (const name of ['value', 'low', 'high'] as const) {
    if ((estimate[name] as number | null) === null) estimate[name] = NaN;
  }
}
