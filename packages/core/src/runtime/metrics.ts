import type { Metrics, MetricUnit } from '../ports/runtime.js';

/** Drops every measurement. */
export const noopMetrics: Metrics = { add: () => {} };

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: MetricUnit;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Keeps its measurements for inspection. */
export class MemoryMetrics implements Metrics {
  readonly measurements: Measurement[] = [];

  add(
    name: string,
    value: number,
    unit: MetricUnit,
    dimensions: Readonly<Record<string, string>> = {},
  ): void {
    this.measurements.push({ name, value, unit, dimensions: { ...dimensions } });
  }

  /** Sum of a metric over the measurements that carry all of the given dimensions. */
  total(name: string, dimensions: Readonly<Record<string, string>> = {}): number {
    return this.measurements
      .filter((entry) => entry.name === name)
      .filter((entry) => Object.entries(dimensions).every(([key, value]) => entry.dimensions[key] === value))
      .reduce((sum, entry) => sum + entry.value, 0);
  }
}
