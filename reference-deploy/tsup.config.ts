import { defineConfig } from 'tsup';

export default defineConfig({
  // The second is what the suites that need a process of their own run.
  entry: {
    'lean-ops': 'cli/main.ts',
    embedded: 'local/index.ts',
    rehearsal: 'rehearsal/main.ts',
    load: 'load/index.ts',
    operate: 'scripts/main.ts',
  },
  // Tools of this repository alone are not in the dependencies.
  external: [/^@aws-sdk\//],
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  removeNodeProtocol: false,
  sourcemap: true,
  // The functions' bundles have a configuration of their own.
  clean: ['!lambda/**'],
});
