import type { StateStore, TrackedStatus } from '@lean-ops/core';
import type { TimeOrAge } from '@lean-ops/iceberg/cli';
import { UNKNOWN_TOPIC } from '@lean-ops/ingest';
import type { AwsAddress } from '../../../dead-letters/aws/open.js';
import type { DeadLetterPorts } from '../../../dead-letters/ports.js';
import type { DeadLetterFilter } from '../../../dead-letters/select.js';
import { EmbeddedPlatform, type Platform } from '../../../local/index.js';
import type { CommandContext } from '../../command-context.js';
import { requireWarehouse } from '../../folder/warehouse.js';
import { maskingKeyOf } from '../../masking-key.js';
import { CommandError, UsageError } from '../../usage-error.js';
import { notRegistered } from '../topics/not-registered.js';
import type { AddressOptions, FilterOptions } from './options.js';

/** A platform whose dead letters are open to a command. */
export interface OpenDeadLetters extends Pick<StateStore, 'topics' | 'rounds' | 'breakers'> {
  readonly ports: DeadLetterPorts;
  /** Null for a deployment on AWS, which processes what is sent to it by itself. */
  readonly platform: Platform | null;
}

/**
 * Opens the platform that the options name, and closes it again.
 *
 * @throws {UsageError} when they name none, or two.
 */
export async function withDeadLetters<T>(
  options: AddressOptions,
  context: Pick<CommandContext, 'env'>,
  use: (open: OpenDeadLetters) => Promise<T>,
): Promise<T> {
  const { warehouse, aws = false } = options;
  if (aws) return await withAws(options, context, use);
  if (warehouse === undefined) {
    throw new UsageError('say where: --warehouse <folder>, or --aws with --project and --env');
  }
  await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse, ...maskingKeyOf(context) });
  try {
    const { topics, rounds, breakers } = platform.state;
    return await use({ ports: platform.deadLetters(), topics, rounds, breakers, platform });
  } finally {
    await platform.close();
  }
}

/**
 * The deployment that the options name.
 *
 * @throws {UsageError} where they do not.
 */
export function awsAddress(
  { project, env: environment, region }: AddressOptions,
  { env }: Pick<CommandContext, 'env'>,
): AwsAddress {
  if (project === undefined || environment === undefined) {
    throw new UsageError('--aws needs --project and --env, the first two parts of every name');
  }
  return {
    project,
    environment,
    // An endpoint of one's own rarely answers under a host name per bucket.
    pathStyle: (env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']) !== undefined,
    ...(region === undefined ? {} : { settings: { region } }),
  };
}

async function withAws<T>(
  options: AddressOptions,
  context: Pick<CommandContext, 'env'>,
  use: (open: OpenDeadLetters) => Promise<T>,
): Promise<T> {
  const address = awsAddress(options, context);
  const { openAwsDeadLetters } = await import('../../../dead-letters/aws/open.js');
  try {
    const { ports, state, close } = await openAwsDeadLetters(address);
    try {
      const { topics, rounds, breakers } = state;
      return await use({ ports, topics, rounds, breakers, platform: null });
    } finally {
      await close();
    }
  } catch (error) {
    throw inWords(error);
  }
}

/** What AWS or its SDK says no to is nobody's defect. */
export function inWords(error: unknown): unknown {
  const { name, message, $metadata } = error as { name?: string; message?: string; $metadata?: unknown };
  if (message === 'Region is missing') {
    return new UsageError('AWS needs a region: give --region, or set AWS_REGION');
  }
  if (name === 'CredentialsProviderError' || $metadata !== undefined) {
    return new CommandError(`AWS: ${message ?? ''} [${name}]`);
  }
  return error;
}

/**
 * The filter that options mean.
 *
 * @throws {UsageError} for a topic that is neither registered nor has any dead letter.
 */
export async function filterOf(options: FilterOptions, ports: DeadLetterPorts): Promise<DeadLetterFilter> {
  const { topic: topics, kind, class: errorClass, code, status, id } = options;
  for (const topic of topics ?? []) await checkKnown(topic, ports);
  const now = ports.clock.now();
  const statuses: readonly TrackedStatus[] | undefined = status === undefined ? undefined : [status];
  return {
    ...(topics === undefined ? {} : { topics }),
    ...(kind === undefined ? {} : { kind }),
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(code === undefined ? {} : { errorCode: code }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(id === undefined ? {} : { ids: id }),
    ...(options.since === undefined ? {} : { since: momentOf(options.since, now) }),
    ...(options.until === undefined ? {} : { until: momentOf(options.until, now) }),
  };
}

async function checkKnown(topic: string, { registry, tracker }: DeadLetterPorts): Promise<void> {
  if (topic === UNKNOWN_TOPIC || (await registry.get(topic)) !== null) return;
  // Messages are also kept of topics that nobody registered.
  for await (const _first of tracker.list({ topic })) return;
  throw await notRegistered(topic, registry, { also: ' and has no dead letters' });
}

function momentOf(time: TimeOrAge, now: number): number {
  return 'at' in time ? time.at.getTime() : now - time.ageMs;
}

/** A time as commands print it. */
export function timeText(milliseconds: number): string {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? String(milliseconds) : time.toISOString();
}
