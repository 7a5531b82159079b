import type { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Metrics, MetricUnit } from '@lean-ops/core';
import settings from '../settings/metrics.json' with { type: 'json' };

type Dimensions = Readonly<Record<string, string>>;

interface Group {
  readonly dimensions: Dimensions;
  readonly sets: readonly Dimensions[];
  readonly metrics: Map<string, { readonly unit: MetricUnit; readonly values: number[] }>;
}

const KNOWN: Readonly<Record<string, { readonly dimensions: readonly (readonly string[])[] }>> = settings;
/** For a metric that the settings do not list: the whole deployment, and the topic. */
const OTHERWISE: readonly (readonly string[])[] = [[], ['topic']];

/**
 * Gathers the measurements of an invocation, and prints them in the embedded metric format when it ends: one line per
 * set of dimensions.
 *
 * `settings/metrics.json` says under which dimensions CloudWatch keeps a metric. The others are fields of the line,
 * which log queries can group by and which cost nothing: a metric per topic and error code would cost more than the
 * platform.
 */
export class EmfMetrics implements Metrics {
  readonly #powertools: PowertoolsMetrics;
  readonly #groups = new Map<string, Group>();

  constructor(powertools: PowertoolsMetrics) {
    this.#powertools = powertools;
  }

  add(name: string, value: number, unit: MetricUnit, dimensions: Dimensions = {}): void {
    const { metrics } = this.#groupOf(name, dimensions);
    const metric = metrics.get(name);
    if (metric === undefined) metrics.set(name, { unit, values: [value] });
    else if (unit === 'Count') metric.values[0]! += value;
    else metric.values.push(value);
  }

  /** Prints what was gathered, and begins anew. */
  publish(): void {
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    for (const { dimensions, sets, metrics } of groups) {
      for (const set of sets) this.#powertools.addDimensions(set);
      const inSets = new Set(sets.flatMap((set) => Object.keys(set)));
      for (const [name, value] of Object.entries(dimensions)) {
        if (!inSets.has(name)) this.#powertools.addMetadata(name, value);
      }
      for (const [name, { unit, values }] of metrics) {
        for (const value of values) this.#powertools.addMetric(name, unit, value);
      }
      this.#powertools.publishStoredMetrics();
    }
  }

  #groupOf(name: string, dimensions: Dimensions): Group {
    const wanted = (KNOWN[name]?.dimensions ?? OTHERWISE).filter((names) =>
      names.every((each) => dimensions[each] !== undefined && dimensions[each] !== ''),
    );
    const key = JSON.stringify([wanted, Object.entries(dimensions).sort()]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const sets = wanted.map((names) => Object.fromEntries(names.map((each) => [each, dimensions[each]!])));
    const group: Group = { dimensions, sets, metrics: new Map() };
    this.#groups.set(key, group);
    return group;
  }
}
