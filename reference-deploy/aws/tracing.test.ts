import { request } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTrace } from './tracing.js';

const requestBefore = request;

beforeEach(() => {
  // What Powertools knows Lambda by.
  vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x');
  vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task');
  vi.stubEnv(
    '_X_AMZN_TRACE_ID',
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
  );
  vi.stubEnv('AWS_XRAY_CONTEXT_MISSING', 'IGNORE_ERROR');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const failures: unknown[] = [];
const open = () => openTrace('lean-ops-dev', (error) => failures.push(error));

it('does nothing where it is not switched on', async () => {
  const trace = await open();
  expect(await trace('work', async () => 7)).toBe(7);
  expect(request).toBe(requestBefore);
});

it('records the requests of the SDK, also those of modules that have imported them by name', async () => {
  vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'true');
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const trace = await open();
  expect(failures).toEqual([]);
  expect(request).not.toBe(requestBefore);
  // Outside an invocation there is no segment to record in: the work is done all the same.
  expect(await trace('work', async () => 7)).toBe(7);
  await expect(trace('work', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
});
