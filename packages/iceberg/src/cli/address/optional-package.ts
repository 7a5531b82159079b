import { CommandError } from '../usage-error.js';

/**
 * Loads a package that is installed only by those who need it.
 *
 * @throws {CommandError} that says how to install it.
 */
export async function optionalPackage<T>(name: string, use: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw new CommandError(
      `${use} the package ${name}, which is not installed; run "npm install ${name}" beside @lean-ops/iceberg, or "npx -p @lean-ops/iceberg -p ${name} iceberg …"`,
      { cause },
    );
  }
}
