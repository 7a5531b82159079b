import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  index: 'src/index.ts',
  s3: 'src/storage/s3/index.ts',
  rest: 'src/catalog/rest/index.ts',
  glue: 'src/catalog/glue/index.ts',
  testing: 'src/testing/index.ts',
  cli: 'src/cli/index.ts',
  // The program: `npx @lean-ops/iceberg`.
  iceberg: 'src/cli/main.ts',
});
