import { posix } from 'node:path';

/**
 * Whether a file that was listed below a folder lies in the folder itself. Told by how deep both are, for a storage may
 * spell the folder otherwise than it was given: without `file:`, or with what was escaped in it.
 */
export function isDirectlyIn(folder: string, listed: string): boolean {
  return depthOf(listed) === depthOf(folder) + 1;
}

function depthOf(path: string): number {
  const place = posix.normalize(path.replace(/^file:(?:\/\/(?:localhost)?)?(?=\/)/, ''));
  return place.split('/').filter((part) => part !== '').length;
}
