import type { Settings } from '../settings/setting.js';
import type { Prices } from './price-list.js';

/** One line of the bill of a month, in the currency of the prices. */
export interface CostLine {
  readonly service: string;
  readonly what: string;
  /** With the Node engine, and with Spark on Glue for every topic. */
  readonly node: number;
  readonly spark: number;
  /** Functions and state machines of the settings whose work it is. */
  readonly of?: readonly string[];
}

export interface Basis {
  readonly prices: Prices;
  readonly settings: Settings;
}

/** What costs the same with either engine. */
export function same(service: string, what: string, cost: number, of?: readonly string[]): CostLine {
  return { service, what, node: cost, spark: cost, ...(of === undefined ? {} : { of }) };
}

/** Calls of a function in a month, and the seconds they take together. */
export interface Calls {
  readonly calls: number;
  readonly seconds: number;
}

export function lambdaCost(name: string, { calls, seconds }: Calls, { prices, settings }: Basis): number {
  const { memoryMb } = settings.functions[name]!;
  return (
    (calls / 1e6) * prices.lambdaPerMillionRequests +
    seconds * (memoryMb / 1024) * prices.lambdaArmPerGbSecond
  );
}

/** Calls of a function that take so many milliseconds each. */
export function lambdaCalls(name: string, calls: number, milliseconds: number, basis: Basis): number {
  return lambdaCost(name, { calls, seconds: (calls * milliseconds) / 1_000 }, basis);
}

export function dynamoCost(prices: Prices, writes: number, reads: number): number {
  return (writes / 1e6) * prices.dynamoPerMillionWrites + (reads / 1e6) * prices.dynamoPerMillionReads;
}

export function transitionCost(prices: Prices, transitions: number): number {
  return (transitions / 1_000) * prices.stepFunctionsPerThousandTransitions;
}
