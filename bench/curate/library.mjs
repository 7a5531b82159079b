// The build that is measured.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'packages');

export const packageFolder = join(packages, 'curate');

/** `LEAN_OPS_BUILD` names a folder with another build (`curate.js`, `iceberg.js`, `core.js`), to compare two. */
const load = (name) => {
  const other = process.env.LEAN_OPS_BUILD;
  return import(other === undefined ? join(packages, name, 'dist', 'index.js') : join(other, `${name}.js`));
};

export const curate = await load('curate');
export const iceberg = await load('iceberg');
export const core = await load('core');
