import { isSamePlace, type Campaign, type NightEvent, type NightFile } from '@quantloop/core';
import { create } from 'xmlbuilder2';

/** A night for a CI server: a test case for each model, target and scenario, failed by a regression. */
export function nightJunit({ campaign: name, run, events }: NightFile, campaign: Campaign): string {
  const cases = campaign.models.flatMap(({ id: model }) =>
    campaign.targets.flatMap(({ id: target }) =>
      campaign.performance.map(({ name: scenario }) => ({
        ...{ model, target, scenario },
        own: events.filter(({ place }) => place !== null && isSamePlace(place, { model, target, scenario })),
      })),
    ),
  );
  const failures = cases.filter(({ own }) => own.some(isRegression)).length;
  const counts = { tests: cases.length, failures };
  const suites = create({ encoding: 'UTF-8', version: '1.0' }).ele('testsuites', counts);
  const suite = suites.ele('testsuite', { name: `${name} ${run}`, ...counts });
  for (const { model, target, scenario, own } of cases) {
    const testCase = suite.ele('testcase', { classname: `${name}.${model}.${target}`, name: scenario });
    for (const event of own) {
      if (isRegression(event)) testCase.ele('failure', { message: printable(event.because) });
      else testCase.ele('system-out').txt(printable(event.because));
    }
  }
  return suites.end({ prettyPrint: true }).concat('\n');
}

const isRegression = ({ kind }: NightEvent) => kind === 'regression';

/** XML has no way to write control characters, which messages of programs hold. */
const printable = (text: string) =>
  text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, ' ');
