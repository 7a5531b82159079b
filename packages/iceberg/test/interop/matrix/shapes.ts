import type { Shape } from './shape.js';
import { DELETES } from './shapes/deletes.js';
import { EVOLUTION } from './shapes/evolution.js';
import { LAYOUTS } from './shapes/layouts.js';
import { PARTITIONS } from './shapes/partitions.js';
import { TYPES } from './shapes/types.js';
import { FIRST, THIRD } from './shapes/versions.js';

/** Every kind of table that is written and read. */
export const SHAPES: readonly Shape[] = [
  ...TYPES,
  ...PARTITIONS,
  ...EVOLUTION,
  ...DELETES,
  ...LAYOUTS,
  ...THIRD,
  ...FIRST,
];
