// Preloaded into every process of a campaign: their wall clock goes back by the seconds that a file names, once it is there.
import { readFileSync } from 'node:fs';

const { now } = Date;
const RealDate = Date;
const file = process.env.QUANTLOOP_TEST_CLOCK;

function behind() {
  try {
    return 1000 * Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(Date.now());
    else super(...args);
  }
  static now() {
    return now() - behind();
  }
};
