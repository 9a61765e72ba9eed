import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Imports run downwards only; the stages never import each other. */
const layers = {
  core: [],
  artifacts: ['core'],
  jobs: ['core', 'artifacts'],
  onnx: ['core'],
  runtime: ['core', 'onnx'],
  models: ['core', 'artifacts', 'jobs', 'onnx'],
  stage: ['core', 'artifacts', 'jobs', 'onnx', 'models', 'runtime'],
  app: ['core', 'artifacts', 'jobs', 'onnx', 'models', 'runtime', 'stage', 'app'],
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
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: true, allow: [], depConstraints },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
);
