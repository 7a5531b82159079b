import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployPorts } from '../../../contract/deploy/ports.js';
import { EmbeddedPlatform } from '../../../local/index.js';
import type { CommandContext } from '../../command-context.js';
import { requireWarehouse } from '../../folder/warehouse.js';
import { maskingKeyOf } from '../../masking-key.js';
import { UsageError } from '../../usage-error.js';
import { awsAddress, inWords } from '../dlq/open.js';
import type { AddressOptions } from '../dlq/options.js';

/** What is done about a warehouse folder that is absent or empty: a deploy makes one, a plan looks at a new one elsewhere. */
type WhereAbsent = 'create' | 'elsewhere';

/**
 * Opens the platform that the options name for a deploy, and closes it again.
 *
 * @throws {UsageError} when they name none, or one that is not there and nothing is said about that.
 */
export async function withDeployment<T>(
  options: AddressOptions,
  context: Pick<CommandContext, 'env' | 'stderr'>,
  use: (ports: DeployPorts) => Promise<T>,
  { absent }: { readonly absent?: WhereAbsent } = {},
): Promise<T> {
  const { warehouse, aws = false } = options;
  if (aws) return await withAws(options, context, use);
  if (warehouse === undefined)
    throw new UsageError('say where: --warehouse <folder>, or --aws with --project and --env');
  if (absent === 'elsewhere' && (await isAbsent(warehouse))) {
    await context.stderr.line(`${warehouse} is no warehouse yet: this is what a first deploy makes there`);
    return await inNewWarehouse(context, use);
  }
  if (absent !== 'create') await requireWarehouse(warehouse);
  return await withWarehouse(warehouse, context, use);
}

async function withWarehouse<T>(
  warehouse: string,
  context: Pick<CommandContext, 'env'>,
  use: (ports: DeployPorts) => Promise<T>,
): Promise<T> {
  const platform = await EmbeddedPlatform.open({ warehouse, ...maskingKeyOf(context) });
  try {
    return await use(platform.deployment());
  } finally {
    await platform.close();
  }
}

/** Everything is as in a warehouse that was just made, and gone afterwards. */
async function inNewWarehouse<T>(
  context: Pick<CommandContext, 'env'>,
  use: (ports: DeployPorts) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lean-ops-plan-'));
  try {
    return await withWarehouse(join(folder, 'warehouse'), context, use);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isAbsent(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
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
