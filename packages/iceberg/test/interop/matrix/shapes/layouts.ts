import type { Shape } from '../shape.js';
import { PLAIN, shape, TEXTS } from './builders.js';

const OLD_LZ4: Shape['alone'] = {
  spark: {
    steps: ['append', 'upsert', 'delete', 'overwrite'],
    reason: 'Spark writes an older framing of LZ4 that DuckDB does not read',
  },
};

export const LAYOUTS: readonly Shape[] = [
  ...['snappy', 'gzip', 'uncompressed', 'lz4'].map((codec) =>
    shape(`compressed with ${codec}`, PLAIN, {
      properties: { 'write.parquet.compression-codec': codec },
      alone: codec === 'lz4' ? OLD_LZ4 : {},
    }),
  ),
  shape('metadata compressed', PLAIN, { properties: { 'write.metadata.compression-codec': 'gzip' } }),
  shape('no column metrics', PLAIN, { properties: { 'write.metadata.metrics.default': 'none' } }),
  shape('full column metrics', TEXTS, { properties: { 'write.metadata.metrics.default': 'full' } }),
];
