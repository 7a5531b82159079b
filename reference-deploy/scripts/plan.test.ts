import { describe, expect, it } from 'vitest';
import { countResources, describeCount } from './plan.js';

const change = (type: string, index?: string, actions = ['create']) => ({
  mode: 'managed',
  type,
  ...(index === undefined ? {} : { index }),
  change: { actions },
});

describe('countResources', () => {
  it('counts what a topic adds, and what is there without topics', () => {
    const count = countResources({
      variables: { topics: { value: { a: {}, 'a-b': {} } } },
      resource_changes: [
        change('aws_sqs_queue', 'a'),
        change('aws_sqs_queue', 'a-b'),
        change('aws_cloudwatch_metric_alarm', 'a-queue-age'),
        change('aws_cloudwatch_metric_alarm', 'a-b-queue-age'),
        change('aws_cloudwatch_metric_alarm', 'queue-age'),
        change('aws_kms_key'),
        change('aws_sns_topic', 'gone', ['delete']),
        { ...change('aws_region'), mode: 'data' },
      ],
    });
    expect(count).toEqual({
      topics: 2,
      perTopic: 2,
      besides: 2,
      byType: { aws_sqs_queue: 2, aws_cloudwatch_metric_alarm: 3, aws_kms_key: 1 },
    });
    expect(describeCount(count)).toBe('6 resources: 2 for each of 2 topics, 2 besides');
  });
});
