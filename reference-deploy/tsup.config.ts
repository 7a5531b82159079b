import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { 'lean-ops': 'cli/main.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
});
