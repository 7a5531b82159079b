import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import settings from '../settings/metrics.json' with { type: 'json' };
import { EmfMetrics } from './emf-metrics.js';

interface Line {
  readonly _aws: {
    readonly CloudWatchMetrics: {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

describe('EMF metrics', () => {
  let lines: Line[];
  let metrics: EmfMetrics;

  beforeEach(() => {
    const powertools = new PowertoolsMetrics({ namespace: 'LeanOps', serviceName: 'lean-ops-dev' });
    // Lambda takes metrics from standard output, where Powertools prints them through a console of its own.
    const { console } = powertools as unknown as { console: Console };
    lines = [];
    vi.spyOn(console, 'log').mockImplementation((text: string) => {
      lines.push(JSON.parse(text) as Line);
    });
    metrics = new EmfMetrics(powertools);
  });
  afterEach(() => vi.restoreAllMocks());

  const dimensionsOf = (line: Line) => line._aws.CloudWatchMetrics[0]!.Dimensions;

  it('prints one line per set of dimensions, each metric for the deployment and for the topic', () => {
    metrics.add('MessagesAccepted', 3, 'Count', { topic: 'orders' });
    metrics.add('MessagesQuarantined', 0, 'Count', { topic: 'orders' });
    metrics.add('MessagesAccepted', 5, 'Count', { topic: 'visits' });
    metrics.publish();
    expect(lines).toMatchObject([
      { service: 'lean-ops-dev', topic: 'orders', MessagesAccepted: 3, MessagesQuarantined: 0 },
      { service: 'lean-ops-dev', topic: 'visits', MessagesAccepted: 5 },
    ]);
    expect(lines[0]!._aws.CloudWatchMetrics[0]!.Namespace).toBe('LeanOps');
    expect(dimensionsOf(lines[0]!)).toEqual([['service'], ['service', 'topic']]);
  });

  it('keeps codes out of the dimensions, and tells them all the same', () => {
    metrics.add('MessagesArchived', 1, 'Count', {
      topic: 'orders',
      kind: 'quarantine',
      errorClass: 'malformed',
      errorCode: 'BODY_NOT_JSON',
    });
    metrics.publish();
    const { dimensions } = settings.MessagesArchived;
    expect(dimensionsOf(lines[0]!)).toEqual(dimensions.map((names) => ['service', ...names]));
    expect(dimensions.flat()).not.toContain('errorCode');
    expect(lines[0]).toMatchObject({
      topic: 'orders',
      errorCode: 'BODY_NOT_JSON',
      errorClass: 'malformed',
      MessagesArchived: 1,
    });
  });

  it('adds counts up and keeps every other value', () => {
    for (const value of [1, 2]) {
      metrics.add('DriftNotLogged', value, 'Count');
      metrics.add('Freshness', value, 'Seconds', { topic: 'orders', layer: 'curated' });
    }
    metrics.publish();
    expect(lines).toMatchObject([{ DriftNotLogged: 3 }, { Freshness: [1, 2] }]);
    expect(dimensionsOf(lines[1]!)).toEqual([['service', 'topic', 'layer']]);
  });

  it('prints nothing twice, and nothing where nothing was measured', () => {
    metrics.add('TopicFailed', 1, 'Count', { topic: 'orders' });
    metrics.publish();
    metrics.publish();
    expect(lines).toHaveLength(1);
  });
});
