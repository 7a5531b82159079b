import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from './deploy-error.js';
import { filesBelow, zipFolder } from './lambda-zip.js';

/** One zip that was built. */
export interface BuiltFunction {
  readonly name: string;
  readonly zip: string;
  readonly zippedBytes: number;
  readonly unzippedBytes: number;
  /** As Lambda and Terraform write it. */
  readonly sha256: string;
}

export interface BuildOptions {
  /** Functions of the settings. */
  readonly names: readonly string[];
  /** Functions that have an entry point: the same. */
  readonly entries: readonly string[];
  /** Where bundles are and zips go: `reference-deploy/dist/lambda`. */
  readonly folder: string;
  /** Bundles every function into a folder of its own. */
  readonly bundle: () => Promise<void>;
}

/** What Lambda unpacks at most. */
const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

/**
 * Bundles all functions and zips each: the same sources give the same bytes.
 *
 * @throws {DeployError} `BUILD_FAILED` where functions of the settings and entry points are not the same, or a bundle has
 * no entry or is larger than Lambda unpacks.
 */
export async function buildLambdas({
  names,
  entries,
  folder,
  bundle,
}: BuildOptions): Promise<readonly BuiltFunction[]> {
  refuseDifference(names, entries);
  mkdirSync(folder, { recursive: true });
  await bundle();
  return [...names].sort().map((name) => build(name, folder));
}

function build(name: string, folder: string): BuiltFunction {
  const source = join(folder, name);
  if (!existsSync(join(source, 'index.mjs'))) {
    throw new DeployError(`the bundle of ${name} has no index.mjs: its handler would not be found`, {
      code: 'BUILD_FAILED',
      context: { name },
    });
  }
  const bytes = zipFolder(source);
  const unzippedBytes = unzippedSize(bytes);
  if (unzippedBytes > MAX_UNZIPPED_BYTES) {
    throw new DeployError(`${name} unpacks to ${unzippedBytes} bytes; Lambda takes ${MAX_UNZIPPED_BYTES}`, {
      code: 'BUILD_FAILED',
      context: { name, unzippedBytes, files: filesBelow(source).length },
    });
  }
  const zip = join(folder, `${name}.zip`);
  writeFileSync(zip, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  return { name, zip, zippedBytes: bytes.length, unzippedBytes, sha256 };
}

function refuseDifference(names: readonly string[], entries: readonly string[]): void {
  const missing = names.filter((name) => !entries.includes(name));
  const unknown = entries.filter((name) => !names.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const faults = [
    ...missing.map((name) => `${name} is in settings/functions.json and has no aws/functions/${name}.ts`),
    ...unknown.map((name) => `${name} has an aws/functions/${name}.ts and is not in settings/functions.json`),
  ];
  throw new DeployError(`functions and settings do not agree: ${faults.join('; ')}`, {
    code: 'BUILD_FAILED',
    context: { missing, unknown },
  });
}

/** From the central directory: the sum of what the entries unpack to. */
function unzippedSize(zip: Uint8Array): number {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  let at = view.getUint32(end + 16, true);
  let size = 0;
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    size += view.getUint32(at + 24, true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return size;
}

/** A table of sizes, largest first. */
export function sizeReport(built: readonly BuiltFunction[]): string {
  const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
  const rows = [...built]
    .sort((left, right) => right.zippedBytes - left.zippedBytes)
    .map(
      ({ name, zippedBytes, unzippedBytes, sha256 }) =>
        `${name.padEnd(26)}${kib(zippedBytes)}${kib(unzippedBytes)}  ${sha256.slice(0, 12)}`,
    );
  return [
    `${'function'.padEnd(26)}${'zipped'.padStart(12)}${'unzipped'.padStart(12)}  SHA-256`,
    ...rows,
  ].join('\n');
}
