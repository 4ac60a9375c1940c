import {includeIgnoreFile} from '@eslint/compat'
import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'
import {fileURLToPath} from 'node:url'

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
      'perfectionist/sort-classes': 'off',
      'perfectionist/sort-imports': 'off',
      'perfectionist/sort-interfaces': 'off',
      'perfectionist/sort-intersection-types': 'off',
      'perfectionist/sort-modules': 'off',
      'perfectionist/sort-object-types': 'off',
      'perfectionist/sort-objects': 'off',
      'perfectionist/sort-union-types': 'off',
      'perfectionist/sort-exports': 'off',
      'perfectionist/sort-named-exports': 'off',
      'perfectionist/sort-named-imports': 'off',
      'perfectionist/sort-switch-case': 'off',
      'unicorn/no-process-exit': 'off',
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
]
