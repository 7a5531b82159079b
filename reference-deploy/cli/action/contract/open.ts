import type { DeployPorts } from '../../../contract/deploy/ports.js';
import { EmbeddedPlatform } from '../../../local/index.js';
import { requireWarehouse } from '../../folder/warehouse.js';
import { UsageError } from '../../usage-error.js';
import type { AddressOptions } from '../dlq/options.js';

/**
 * Opens the platform that the options name for a deploy, and closes it again.
 *
 * @throws {UsageError} when they name none, or one that is not there; `create` makes a warehouse folder.
 */
export async function withDeployment<T>(
  options: AddressOptions,
  use: (ports: DeployPorts) => Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const { warehouse, aws = false } = options;
  if (aws) throw new UsageError('--aws is not supported yet by this command');
  if (warehouse === undefined)
    throw new UsageError('say where: --warehouse <folder>, or --aws with --project and --env');
  if (!create) await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse });
  try {
    return await use(platform.deployment());
  } finally {
    await platform.close();
  }
}
