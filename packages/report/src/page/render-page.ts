import { createHash } from 'node:crypto';
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { count } from '../view/format.ts';
import type { ReportView } from '../view/report-view.ts';
import { encodeFacts } from './encode-facts.ts';
import type { PageFacts } from './page-facts.ts';
import { pageScript } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { ReportSection } from './section.ts';

const OUTCOME_WORDS = {
  selected: 'decided',
  'none-acceptable': 'nothing acceptable',
  inconclusive: 'undecided',
} as const;

/**
 * `report.html`: one file that opens from disk. Its policy lets nothing be fetched and runs exactly the scripts it was
 * made with, so that a hostile name could not act even if it got into the page as markup.
 */
export async function renderPage(
  view: ReportView,
  facts: PageFacts,
  sections: readonly ReportSection[],
): Promise<string> {
  const script = await pageScript();
  const policy = [
    `default-src 'none'`,
    `script-src ${hashOf(script)}`,
    // Bars and heat cells carry their width and colour as style attributes.
    `style-src 'unsafe-inline'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const title = `${view.campaign.campaign}: ${OUTCOME_WORDS[view.decision.outcome]}`;
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content=${policy} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title}</title>
      ${raw('style', PAGE_STYLE)}
    </head>
    <body>
      ${body(view, sections)} ${raw('script', encodeFacts(facts), { type: 'text/plain', id: 'facts' })}
      ${raw('script', script)}
    </body>
  </html>` as VNode;
  return `<!doctype html>\n${renderToString(page)}\n`;
}

function body(view: ReportView, sections: readonly ReportSection[]): ComponentChildren {
  const { campaign, decision, run, trials } = view;
  const shown = sections
    .map((section) => ({ ...section, content: section.html(view) }))
    .filter(({ content }) => content !== null);
  return html`<header>
      <h1>${campaign.campaign}</h1>
      <p>
        <span class=${`outcome ${decision.outcome}`}>${OUTCOME_WORDS[decision.outcome]}</span>
        <span class="fine">${trialCounts(trials)} · run ${run}</span>
      </p>
      <div data-part="bar"></div>
      <nav aria-label="Sections">${shown.map(({ id, title }) => html`<a href=${`#${id}`}>${title}</a>`)}</nav>
    </header>
    <main>
      <div class="chapters">
        ${shown.map(
          ({ id, title, content }) =>
            html`<section id=${id} aria-labelledby=${`${id}-title`}>
              <h2 id=${`${id}-title`}>${title}</h2>
              ${content}
            </section>`,
        )}
      </div>
      <article data-part="trial"></article>
    </main>
    <footer>
      Made by quantloop. <a href="decision.json">decision.json</a>, <a href="campaign.json">campaign.json</a>
    </footer>`;
}

/** `17 trials, 1 failed, 3 simulated`. */
function trialCounts(trials: ReportView['trials']): string {
  const failed = trials.filter((trial) => trial.status === 'failed').length;
  const stopped = trials.filter((trial) => trial.status === 'stopped').length;
  const cancelled = trials.filter((trial) => trial.status === 'cancelled').length;
  const simulated = trials.filter((trial) => trial.simulated).length;
  return [
    count(trials.length, 'trial'),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(stopped > 0 ? [`${stopped} given up early`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ...(simulated > 0 ? [`${simulated} simulated`] : []),
  ].join(', ');
}

function raw(
  tag: 'style' | 'script',
  content: string,
  attributes: Record<string, string> = {},
): ComponentChildren {
  return html`<${tag} ...${attributes} dangerouslySetInnerHTML=${{ __html: content }} />`;
}

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
