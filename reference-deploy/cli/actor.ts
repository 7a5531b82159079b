import { userInfo } from 'node:os';
import { awsAddress } from './action/dlq/open.js';
import type { AddressOptions } from './action/dlq/options.js';
import type { CommandContext } from './command-context.js';
import { UsageError } from './usage-error.js';

/** Who runs a command, as far as this computer knows. */
function localUser(env: CommandContext['env']): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no user has.
    return env['USER'] || env['USERNAME'] || 'unknown';
  }
}

/**
 * Who does what a command does: what `--by` says; for a deployment on AWS the ARN that the caller is known by there, where it
 * can be had; else the user of this computer.
 *
 * @throws {UsageError} for a `--by` that says nobody.
 */
export async function actorOf(
  { by, ...address }: AddressOptions & { readonly by?: string },
  context: Pick<CommandContext, 'env'>,
): Promise<string> {
  if (by?.trim() === '') throw new UsageError('--by says nobody: give a name, or leave it out');
  if (by !== undefined) return by;
  const onAws = address.aws === true ? await callerOf(address, context) : null;
  return onAws ?? localUser(context.env);
}

async function callerOf(
  address: AddressOptions,
  context: Pick<CommandContext, 'env'>,
): Promise<string | null> {
  const { settings } = awsAddress(address, context);
  const { callerArn } = await import('../aws/caller-arn.js');
  return await callerArn(settings);
}
