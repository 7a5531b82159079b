import { textTable } from '@lean-ops/iceberg/cli';
import { type CostEstimate, estimateCost } from '../../cost/estimate-cost.js';
import { defaultPrices, type PriceList, readPrices } from '../../cost/price-list.js';
import { loadSettings } from '../../settings/settings.js';
import type { CommandContext } from '../command-context.js';

export interface CostCommandOptions {
  readonly topics: number;
  readonly fifoTopics: number;
  readonly eventsPerSecond: number;
  readonly avgBytes: number;
  readonly keptDays: number;
  readonly roundMinutes: number;
  readonly prices?: string;
  readonly json?: boolean;
}

export async function cost(options: CostCommandOptions, context: CommandContext): Promise<void> {
  const list = options.prices === undefined ? defaultPrices() : await readPrices(options.prices);
  const { topics, fifoTopics, eventsPerSecond, avgBytes, keptDays, roundMinutes } = options;
  const estimate = estimateCost(
    { topics, fifoTopics: Math.min(topics, fifoTopics), eventsPerSecond, averageBytes: avgBytes, keptDays },
    { prices: list.prices, settings: loadSettings(), roundMinutes },
  );
  const { region, currency, date } = list;
  if (options.json === true) await context.stdout.json({ region, currency, pricesOf: date, ...estimate });
  else await print(context, estimate, list);
}

async function print({ stdout }: CommandContext, estimate: CostEstimate, list: PriceList): Promise<void> {
  const { lines, total, perMillionEvents, eventsPerMonth } = estimate;
  const row = (
    service: string,
    what: string,
    { node, spark }: { node: number; spark: number },
  ): unknown[] => [service, what, money(node), money(spark)];
  const table = [
    ...lines.map((line) => row(line.service, line.what, line)),
    row('', 'a month', total),
    row('', 'a million events', perMillionEvents),
  ];
  await stdout.line(
    textTable(['service', 'for', `Node, ${list.currency}`, `Spark, ${list.currency}`], table),
  );
  await stdout.line();
  await stdout.line(
    `${Math.round(eventsPerMonth).toLocaleString('en')} events a month; ${list.region}, prices of ${list.date}.`,
  );
  await stdout.line(list.note);
}

function money(amount: number): string {
  return amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
