import { expect, it } from 'vitest';
import settings from '../settings/functions.json' with { type: 'json' };
import { CALL_LIMITS, clientSettings, dynamoDbClient, INVOCATION } from './clients.js';

it('makes one client per process, with connections that are kept', () => {
  expect(dynamoDbClient()).toBe(dynamoDbClient());
  expect(clientSettings(CALL_LIMITS.s3).requestHandler.httpsAgent.keepAlive).toBe(true);
});

it('ends a request when its time is over instead of warning of it', () => {
  expect(clientSettings(CALL_LIMITS.dynamoDb).requestHandler).toMatchObject({
    requestTimeout: 3_000,
    throwOnRequestTimeout: true,
  });
});

it('gives no call as much time as the shortest function has', () => {
  const shortest = Math.min(...Object.values(settings).map(({ timeoutSeconds }) => timeoutSeconds));
  for (const { attempts, requestMs } of Object.values(CALL_LIMITS)) {
    expect(attempts * requestMs).toBeLessThanOrEqual((shortest * 1_000) / 2);
  }
});

it('waits for the processor as long as that may run, once, and has time left to judge its answer', () => {
  const { attempts, requestMs } = INVOCATION;
  expect(attempts).toBe(1);
  expect(requestMs).toBeGreaterThan(settings['sqs-processor'].timeoutSeconds * 1_000);
  expect(2 * requestMs).toBeLessThan(settings['circuit-breaker'].timeoutSeconds * 1_000);
});
