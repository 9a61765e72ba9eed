/** What a campaign is for, from the few questions whose answers nobody else can know. */
export interface InitAnswers {
  /** As under `models`: `builtin:demo`, a folder, or `hf:org/name@revision`. */
  model: string;
  /** File of texts like those that the model will see; undefined for the model that comes with quantloop. */
  texts: string | undefined;
  use: 'one-user' | 'batches' | 'both';
  /** Share of quality that may be lost. */
  loss: number;
  aim: 'smallest' | 'fastest';
}

export const DEMO = 'builtin:demo';

export const DEFAULTS: InitAnswers = {
  model: DEMO,
  texts: undefined,
  use: 'one-user',
  loss: 0.03,
  aim: 'smallest',
};
