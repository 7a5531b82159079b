// The build that is measured.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageFolder = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  'packages',
  'iceberg',
);

/** `LEAN_OPS_ICEBERG` names another build, to compare two. */
export const iceberg = await import(process.env.LEAN_OPS_ICEBERG ?? join(packageFolder, 'dist', 'index.js'));
