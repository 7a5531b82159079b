import { ListServiceQuotasCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import quotas from '../settings/quotas.json' with { type: 'json' };
import type { ResourceCount } from './plan.js';

/** A quota of the account against what a deployment needs. */
export interface QuotaVerdict {
  readonly service: string;
  readonly quota: string;
  readonly value: number;
  /** Whether the value is what AWS gives by default, because the account did not list it. */
  readonly assumed: boolean;
  readonly needed: number;
  readonly enough: boolean;
  readonly why: string;
}

/** Who is asked: quotas of services that have no regions are listed in one region of each partition, and in no other. */
export interface QuotaClients {
  readonly here: Pick<ServiceQuotasClient, 'send'>;
  readonly global: Pick<ServiceQuotasClient, 'send'>;
}

/** What a deployment needs beside resources that can be counted. */
export interface QuotaNeeds {
  /** Concurrent executions at which nothing is oversubscribed. */
  readonly concurrency: number;
  readonly resources: Pick<ResourceCount, 'topics' | 'byType'>;
}

const TABLES_PER_TOPIC_AND_DATABASE = 2;

/**
 * Compares the quotas that a deployment of many topics meets first with the account's. What else the account holds is
 * not known: a need is that of the deployment alone.
 */
export async function checkQuotas(
  clients: QuotaClients,
  { concurrency, resources }: QuotaNeeds,
): Promise<readonly QuotaVerdict[]> {
  const applied = new Map<string, number>();
  const services = new Map(
    quotas.map(({ service, global }) => [service, global ? clients.global : clients.here]),
  );
  for (const [service, client] of services)
    for (const [name, value] of await quotasOf(client, service)) applied.set(`${service}/${name}`, value);
  return quotas.map(({ service, quota, assumed, needs, why }) => {
    const listed = applied.get(`${service}/${quota.toLowerCase()}`);
    const value = listed ?? assumed;
    const needed =
      needs === 'concurrency'
        ? concurrency
        : needs === 'tables'
          ? resources.topics * TABLES_PER_TOPIC_AND_DATABASE
          : (resources.byType[needs] ?? 0);
    return { service, quota, value, assumed: listed === undefined, needed, enough: needed <= value, why };
  });
}

/** None where the region does not know the service, or the caller may not ask: AWS's defaults are assumed then. */
async function quotasOf(
  client: Pick<ServiceQuotasClient, 'send'>,
  service: string,
): Promise<readonly (readonly [name: string, value: number])[]> {
  try {
    return await listQuotas(client, service);
  } catch (error) {
    const { name } = error as { name?: unknown };
    if (name === 'NoSuchResourceException' || name === 'AccessDeniedException') return [];
    throw error;
  }
}

/** The region of a partition that lists quotas of services without regions. */
export function globalQuotaRegion(region: string): string {
  if (region.startsWith('us-gov-')) return 'us-gov-west-1';
  if (region.startsWith('cn-')) return 'cn-northwest-1';
  return 'us-east-1';
}

async function listQuotas(
  client: Pick<ServiceQuotasClient, 'send'>,
  service: string,
): Promise<readonly (readonly [name: string, value: number])[]> {
  const found: (readonly [string, number])[] = [];
  let token: string | undefined;
  do {
    const command = new ListServiceQuotasCommand({
      ServiceCode: service,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const { Quotas = [], NextToken } = await client.send(command);
    for (const { QuotaName, Value } of Quotas)
      if (QuotaName !== undefined && Value !== undefined) found.push([QuotaName.toLowerCase(), Value]);
    token = NextToken;
  } while (token !== undefined);
  return found;
}

/** A table of verdicts, those that are too low marked. */
export function quotaReport(verdicts: readonly QuotaVerdict[]): string {
  return verdicts
    .map(({ service, quota, value, assumed, needed, enough, why }) => {
      const mark = enough ? 'ok   ' : 'RAISE';
      const told = assumed ? `${value} (AWS's default; the account listed none)` : String(value);
      return `${mark} ${service}: ${quota} is ${told}, needed ${needed}${enough ? '' : ` — ${why}`}`;
    })
    .join('\n');
}
