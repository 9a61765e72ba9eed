import type { Decision, NightEvent, NightFile } from '@quantloop/core';
import { markdownText } from '@quantloop/report';

const MARKS: Record<NightEvent['kind'], string> = {
  regression: 'Regression',
  better: 'Better',
  failed: 'Failed',
};

/** A night for people, as a Markdown page. */
export function nightMarkdown({ campaign, run, before, events }: NightFile, decision: Decision): string {
  const against =
    before === null
      ? 'There is no decision before it that selected something.'
      : events.length === 0
        ? `Nothing changed since ${before}.`
        : `Beside the decision of ${before}:`;
  const lines = events.map(
    ({ kind, place, because }) => `- **${MARKS[kind]}**${where(place)}: ${markdownText(because)}`,
  );
  const selected = decision.selections.map((each) => `- ${nameOf(each)}: ${markdownText(each.label)}`);
  return [
    `# ${markdownText(campaign)}, night of ${run}`,
    [against, ...(lines.length === 0 ? [] : ['', ...lines])].join('\n'),
    selected.length === 0 ? 'Nothing is selected.' : `Selected:\n\n${selected.join('\n')}`,
    'The whole run: `report.md`, `report.html`.',
  ]
    .join('\n\n')
    .concat('\n');
}

const where = (place: NightEvent['place']) => (place === null ? '' : `, ${nameOf(place)}`);

const nameOf = ({ model, target, scenario }: NonNullable<NightEvent['place']>) =>
  markdownText(`${model} on ${target}, ${scenario}`);
