import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  index: 'src/index.ts',
  iceberg: 'src/raw-sink/iceberg/index.ts',
  folder: 'src/archive/folder/index.ts',
  testing: 'src/testing/index.ts',
});
