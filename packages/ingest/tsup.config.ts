import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  index: 'src/index.ts',
  iceberg: 'src/raw-sink/iceberg/index.ts',
  folder: 'src/archive/folder/index.ts',
  s3: 'src/archive/s3/index.ts',
  firehose: 'src/raw-sink/firehose/index.ts',
  testing: 'src/testing/index.ts',
});
