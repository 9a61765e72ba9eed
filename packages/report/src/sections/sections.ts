import type { ReportSection } from '../page/section.ts';
import { acrossSection } from './across.ts';
import { answersSection } from './answers.ts';
import { conditionsSection } from './conditions.ts';
import { decisionSection } from './decision.ts';
import { failuresSection } from './failures.ts';
import { missesSection } from './misses.ts';
import { notTriedSection } from './not-tried.ts';
import { peopleSection } from './people.ts';
import { plotsSection } from './plots.ts';
import { recoverySection } from './recovery.ts';
import { searchSection } from './search.ts';
import { servedSection } from './served.ts';
import { timeSection } from './time.ts';
import { trialsSection } from './trials.ts';

/** The chapters of the report, in order. */
export const SECTIONS: readonly ReportSection[] = [
  decisionSection,
  acrossSection,
  plotsSection,
  recoverySection,
  answersSection,
  servedSection,
  missesSection,
  peopleSection,
  trialsSection,
  searchSection,
  notTriedSection,
  failuresSection,
  timeSection,
  conditionsSection,
];
