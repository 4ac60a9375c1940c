import {includeIgnoreFile} from '@eslint/compat'
import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'
import {fileURLToPath} from 'node:url'

/** Every rule of one plugin that the shared configuration switches on, switched off. */
const off = (prefix) =>
  Object.fromEntries(
    oclif
      .flatMap((config) => Object.keys(config.rules ?? {}))
      .filter((rule) => rule.startsWith(prefix))
      .map((rule) => [rule, 'off']),
  )

export default [
  includeIgnoreFile(fileURLToPath(new URL('.gitignore', import.meta.url))),
  ...oclif,
  prettier,
  {
    rules: {
      // JSON on disk and in --json is snake_case; so are the fields that hold it.
      camelcase: 'off',
      // Awaiting in a loop is how things are done one after the other.
      'no-await-in-loop': 'off',
      // Order by meaning, not by letter: a contract reads from the important to the rest.
      ...off('perfectionist/'),
      'unicorn/no-process-exit': 'off',
      'n/no-process-exit': 'off',
      'unicorn/prefer-ternary': 'off',
      // Flags of open(2).
      'no-bitwise': 'off',
      'jsdoc/require-yields': 'off',
      'unicorn/consistent-function-scoping': 'off',
      'unicorn/prefer-set-has': 'off',
      'unicorn/prevent-abbreviations': 'off',
      'unicorn/no-useless-undefined': 'off',
      'unicorn/filename-case': ['error', {case: 'kebabCase', ignore: [/^\d{4}-/]}],
    },
  },
  {
    files: ['bin/run.js'],
    languageOptions: {globals: {__dirname: 'readonly', require: 'readonly'}, sourceType: 'commonjs'},
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      'n/no-unpublished-import': 'off',
      'no-implicit-globals': 'off',
      strict: 'off',
      'unicorn/prefer-module': 'off',
      'unicorn/prefer-top-level-await': 'off',
    },
  },
  {
    files: ['examples/**/test/**'],
    rules: {
      // An author's tests are of what was built, and here that is after this.
      'import/no-unresolved': ['error', {ignore: ['/dist/']}],
      'n/no-unsupported-features/node-builtins': 'off',
    },
  },
  {
    files: ['test/**'],
    rules: {
      'mocha/no-exports': 'off',
      'mocha/no-mocha-arrows': 'off',
      'mocha/no-setup-in-describe': 'off',
      'mocha/no-top-level-hooks': 'off',
      'mocha/max-top-level-suites': 'off',
      'mocha/no-hooks-for-single-case': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      'prefer-arrow-callback': 'off',
      // What comes out of the command line is JSON from outside.
      '@typescript-eslint/no-explicit-any': 'off',
      'n/no-unsupported-features/node-builtins': 'off',
    },
  },
]
