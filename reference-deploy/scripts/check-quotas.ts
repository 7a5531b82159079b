import { ListServiceQuotasCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import quotas from '../settings/quotas.json' with { type: 'json' };
import type { ResourceCount } from './plan.js';

/** A quota of the account against what a deployment needs. */
export interface QuotaVerdict {
  readonly service: string;
  readonly quota: string;
  readonly value: number;
  /** Whether the value is what AWS gives by default, because the account does not list it. */
  readonly assumed: boolean;
  readonly needed: number;
  readonly enough: boolean;
  readonly why: string;
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
  client: Pick<ServiceQuotasClient, 'send'>,
  { concurrency, resources }: QuotaNeeds,
): Promise<readonly QuotaVerdict[]> {
  const applied = new Map<string, number>();
  for (const service of new Set(quotas.map((quota) => quota.service)))
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

async function quotasOf(
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
      const told = assumed ? `${value} (AWS's default; the account lists none)` : String(value);
      return `${mark} ${service}: ${quota} is ${told}, needed ${needed}${enough ? '' : ` — ${why}`}`;
    })
    .join('\n');
}
