import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Imports run downwards only; the stages never import each other. */
const layers = {
  core: [],
  untrusted: ['core'],
  artifacts: ['core'],
  jobs: ['core', 'artifacts'],
  onnx: ['core', 'untrusted'],
  runtime: ['core', 'onnx'],
  models: ['core', 'untrusted', 'artifacts', 'jobs', 'onnx'],
  serve: ['core', 'onnx', 'models', 'runtime'],
  stage: ['core', 'untrusted', 'artifacts', 'jobs', 'onnx', 'models', 'runtime'],
  app: ['core', 'untrusted', 'artifacts', 'jobs', 'onnx', 'models', 'runtime', 'serve', 'stage', 'app'],
};

const depConstraints = Object.entries(layers).map(([layer, below]) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: below.map((name) => `layer:${name}`),
}));

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/dist-test/**', '**/generated/**', '**/quantloop-out/**', '**/.quantloop/**'],
  },
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Tests import their own package by its name, to see what a user sees.
    files: ['**/src/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          // What is slow to load is imported when it is needed, in one place and not in another.
          checkDynamicDependenciesExceptions: ['@quantloop/.*'],
          allow: [],
          depConstraints,
        },
      ],
    },
  },
);
