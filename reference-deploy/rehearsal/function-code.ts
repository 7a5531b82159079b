import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/peers/set-up.js';

/** The zip of a function, as `npm run build:lambdas` makes it and Terraform uploads it. */
export async function functionCode(key: string): Promise<Uint8Array> {
  return await readFile(join(root, 'reference-deploy', 'dist', 'lambda', `${key}.zip`));
}
