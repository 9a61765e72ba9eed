import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const decisions = readdirSync(fileURLToPath(new URL('../decisions', import.meta.url)))
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => {
    const page = name.replace(/\.md$/, '');
    return { text: page.replaceAll('-', ' '), link: `/decisions/${page}` };
  });

const PACKAGES = [
  'core',
  'artifacts',
  'jobs',
  'onnx',
  'runtime',
  'models',
  'serve',
  'quantize',
  'evaluate',
  'report',
];
const pages = (under: string, entries: [text: string, page: string][]) =>
  entries.map(([text, page]) => ({ text, link: `/${under}${page}` }));

// A link to a page that is not there ends the build: VitePress checks them unless it is told not to.
export default defineConfig({
  title: 'quantloop',
  description:
    'The cheapest quantized version of a language model that still meets your limits, on your hardware.',
  cleanUrls: true,
  srcExclude: ['node_modules/**'],
  markdown: { lineNumbers: false },
  themeConfig: {
    search: { provider: 'local' },
    nav: pages('', [
      ['Tutorial', 'tutorial'],
      ['Concepts', 'concepts'],
      ['Campaign file', 'reference/campaign'],
      ['Command line', 'reference/cli'],
    ]),
    sidebar: [
      {
        text: 'Start',
        items: pages('', [
          ['Tutorial', 'tutorial'],
          ['Concepts', 'concepts'],
        ]),
      },
      {
        text: 'How to',
        items: pages('how-to/', [
          ['Use your own model', 'own-model'],
          ['Use your own task', 'own-task'],
          ['Measure on your own GPU box', 'own-gpu-box'],
          ['Measure a vLLM server', 'vllm-server'],
          ['Run every night', 'nightly'],
          ['Use the stages in your own workers', 'plug-in'],
        ]),
      },
      {
        text: 'What it does',
        items: pages('', [
          ['Methods', 'methods'],
          ['Tasks', 'tasks'],
          ['Metrics', 'metrics'],
          ['Evaluation', 'evaluation'],
          ['Performance', 'performance'],
          ['Engines', 'engines'],
          ['Requirements', 'requirements'],
          ['Deciding', 'deciding'],
          ['People in the loop', 'people'],
          ['Dashboard', 'dashboard'],
          ['Nights', 'nights'],
          ['Several machines', 'machines'],
          ['Connecting', 'connecting'],
          ['Security', 'security'],
        ]),
      },
      {
        text: 'Reference',
        items: [
          ...pages('reference/', [
            ['Campaign file', 'campaign'],
            ['Command line', 'cli'],
          ]),
          {
            text: 'Packages',
            collapsed: true,
            items: [
              ...PACKAGES.map((name) => ({ text: name, link: `/reference/api/packages/${name}/src` })),
              { text: 'quantloop (defineCampaign)', link: '/reference/api/apps/cli/src' },
              { text: 'worker', link: '/reference/api/apps/worker/src' },
            ],
          },
        ],
      },
      { text: 'Decisions', collapsed: true, items: decisions },
    ],
  },
});
