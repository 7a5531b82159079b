import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  index: 'src/index.ts',
  contract: 'src/contract/index.ts',
  sqlite: 'src/state-store/sqlite/index.ts',
  dynamodb: 'src/state-store/dynamodb/index.ts',
  testing: 'src/testing/index.ts',
});
