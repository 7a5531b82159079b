import type { DeployPorts } from '../../../contract/deploy/ports.js';
import { EmbeddedPlatform } from '../../../local/index.js';
import type { CommandContext } from '../../command-context.js';
import { requireWarehouse } from '../../folder/warehouse.js';
import { maskingKeyOf } from '../../masking-key.js';
import { UsageError } from '../../usage-error.js';
import { awsAddress, inWords } from '../dlq/open.js';
import type { AddressOptions } from '../dlq/options.js';

/**
 * Opens the platform that the options name for a deploy, and closes it again.
 *
 * @throws {UsageError} when they name none, or one that is not there; `create` makes a warehouse folder.
 */
export async function withDeployment<T>(
  options: AddressOptions,
  context: Pick<CommandContext, 'env'>,
  use: (ports: DeployPorts) => Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const { warehouse, aws = false } = options;
  if (aws) return await withAws(options, context, use);
  if (warehouse === undefined)
    throw new UsageError('say where: --warehouse <folder>, or --aws with --project and --env');
  if (!create) await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse, ...maskingKeyOf(context) });
  try {
    return await use(platform.deployment());
  } finally {
    await platform.close();
  }
}

async function withAws<T>(
  options: AddressOptions,
  context: Pick<CommandContext, 'env'>,
  use: (ports: DeployPorts) => Promise<T>,
): Promise<T> {
  const address = awsAddress(options, context);
  const { openAwsDeployment } = await import('../../../contract/deploy/aws/open.js');
  try {
    const { ports, close } = await openAwsDeployment(address);
    try {
      return await use(ports);
    } finally {
      await close();
    }
  } catch (error) {
    throw inWords(error);
  }
}
