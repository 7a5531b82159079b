import { packageConfig } from '../../tsup.base.js';

// The worker is the module that the threads of a run are started with.
export default packageConfig({
  index: 'src/index.ts',
  'lean-ops-curate-worker': 'src/workers/lean-ops-curate-worker.ts',
});
