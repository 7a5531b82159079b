import { topicFromQueueArn } from '@lean-ops/ingest';
import { describe, expect, it } from 'vitest';
import {
  archiveBucketName,
  centralQueueName,
  databaseName,
  resourceName,
  streamNames,
  topicQueueName,
} from './names.js';

const names = { project: 'lean-ops', environment: 'dev' };

describe('names', () => {
  it('of topic queues are read back as the topic by the processor', () => {
    for (const fifo of [false, true]) {
      const arn = `arn:aws:sqs:eu-west-1:000000000000:${topicQueueName(names, 'user-logins', fifo)}`;
      expect(topicFromQueueArn(arn, names)).toEqual({
        topic: 'user_logins',
        queueTopic: 'user-logins',
        fifo,
      });
    }
  });

  it('of central queues are no topic’s', () => {
    for (const queue of ['dead-letters', 'dead-letters-fifo']) {
      const arn = `arn:aws:sqs:eu-west-1:000000000000:${centralQueueName(names, queue)}`;
      expect(topicFromQueueArn(arn, names)).toBeNull();
    }
    expect(centralQueueName(names, 'dead-letters-fifo')).toBe('lean-ops-dev-dead-letters.fifo');
  });

  it('of databases hold no hyphen', () => {
    expect(databaseName(names, 'raw')).toBe('lean_ops_dev_raw');
  });

  it('begin with project and environment', () => {
    expect(resourceName(names, 'state')).toBe('lean-ops-dev-state');
    expect(streamNames(names, 2)).toEqual(['lean-ops-dev-raw-0', 'lean-ops-dev-raw-1']);
    expect(archiveBucketName(names, '123456789012')).toBe('lean-ops-dev-archive-123456789012');
  });
});
