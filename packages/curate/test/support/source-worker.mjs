// The worker module as it stands in the sources: a thread has none of the test runner's ways to find them.
import { registerHooks } from 'node:module';

const packages = new URL('../../../', import.meta.url);
const sources = {
  '@lean-ops/core': new URL('core/src/index.ts', packages).href,
  '@lean-ops/iceberg': new URL('iceberg/src/index.ts', packages).href,
};

registerHooks({
  resolve(specifier, context, next) {
    const source = sources[specifier];
    if (source !== undefined) return { url: source, shortCircuit: true };
    const own = context.parentURL?.startsWith(packages.href) && !context.parentURL.includes('/node_modules/');
    return next(own && specifier.startsWith('.') ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
await import('../../src/workers/lean-ops-curate-worker.ts');
