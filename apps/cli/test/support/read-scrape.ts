export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Metrics as a Prometheus server would read them. */
export class Scrape {
  readonly samples: readonly Sample[];

  constructor(text: string) {
    this.samples = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, name = '', labels = '', value = ''] =
          /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
        const pairs = [...labels.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
        return {
          name,
          labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
          value: Number(value),
        };
      });
  }

  /** Of all samples of that name that have these labels. */
  sum(name: string, labels: Record<string, string> = {}): number {
    return this.samples
      .filter(
        (each) =>
          each.name === name && Object.entries(labels).every(([key, text]) => each.labels[key] === text),
      )
      .reduce((total, { value }) => total + value, 0);
  }

  get names(): Set<string> {
    return new Set(this.samples.map(({ name }) => name));
  }
}
