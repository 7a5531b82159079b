import { defineConfig } from 'vitest/config';

/** One run for the whole repository: unit tests beside the code, suites in each part's `test/`. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'reference-deploy/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.peers/**'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    // Two cores; several suites start processes of their own.
    maxWorkers: 2,
    pool: 'forks',
    globalSetup: './scripts/vitest-temporary.mjs',
    reporters: ['default', './scripts/vitest-reporter.mjs'],
  },
});
