import { browserBuild } from '@quantloop/report';

/** The folder of the page, built. */
export const pageFolder = (): Promise<string> =>
  browserBuild({
    from: import.meta.url,
    ...{ packed: '../page', root: '../../', entry: 'index.html' },
    sources: [
      'page/**/*.*',
      'vite.config.ts',
      'package.json',
      '../../packages/report/src/plots/colors.ts',
      '../../package-lock.json',
    ],
  });
