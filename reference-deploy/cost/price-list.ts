import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CostError } from './cost-error.js';
import usEast1 from './prices/us-east-1.json' with { type: 'json' };

const price = z.number().min(0);

/** The shape of a price file. The names say what each price is for. */
const priceList = z.strictObject({
  region: z.string().min(1),
  currency: z.string().length(3),
  date: z.iso.date(),
  note: z.string(),
  prices: z.strictObject({
    sqsPerMillionRequests: price,
    sqsFifoPerMillionRequests: price,
    lambdaArmPerGbSecond: price,
    lambdaPerMillionRequests: price,
    firehoseIcebergPerGb: price,
    dynamoPerMillionWrites: price,
    dynamoPerMillionReads: price,
    stepFunctionsPerThousandTransitions: price,
    gluePerDpuHour: price,
    glueCatalogPerMillionRequests: price,
    s3PerGbMonth: price,
    s3PerThousandPuts: price,
    s3PerThousandGets: price,
    cloudWatchMetricTiers: z
      .array(z.strictObject({ upTo: z.int().min(1).nullable(), each: price }))
      .min(1)
      .refine((tiers) => tiers.at(-1)?.upTo === null, 'the last tier must be without end ("upTo": null)'),
    cloudWatchPerAlarmMetric: price,
    cloudWatchPerDashboard: price,
    cloudWatchPerLogGb: price,
    xrayPerMillionTraces: price,
    kmsPerKey: price,
    kmsPerTenThousandRequests: price,
  }),
});

export type PriceList = z.infer<typeof priceList>;
export type Prices = PriceList['prices'];

/** The prices that come with the platform. */
export function defaultPrices(): PriceList {
  return priceList.parse(usEast1);
}

/**
 * Reads a price file.
 *
 * @throws {CostError} `PRICES_UNREADABLE` where there is no such file or it has another shape; the message lists what.
 */
export async function readPrices(file: string): Promise<PriceList> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CostError(`the price file ${file} cannot be read: ${reason}`, {
      code: 'PRICES_UNREADABLE',
      context: { file },
      cause,
    });
  }
  const parsed = priceList.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CostError(
    `${file} is no price file:\n${z.prettifyError(parsed.error)}\nBegin with a copy of reference-deploy/cost/prices/us-east-1.json.`,
    { code: 'PRICES_UNREADABLE', context: { file }, cause: parsed.error },
  );
}
