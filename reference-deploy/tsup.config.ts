import { defineConfig } from 'tsup';

export default defineConfig({
  // The second is what the suites that need a process of their own run.
  entry: { 'lean-ops': 'cli/main.ts', embedded: 'local/index.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
});
