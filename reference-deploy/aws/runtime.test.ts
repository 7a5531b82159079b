import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FunctionPorts, lambdaFunction } from './runtime.js';

const CONTEXT = {
  awsRequestId: 'request-1',
  functionName: 'lean-ops-dev-report-failure',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:lean-ops-dev-report-failure',
} as Context;

describe('a Lambda function', () => {
  let lines: Record<string, unknown>[];

  beforeEach(() => {
    vi.stubEnv('LEAN_OPS_PROJECT', 'lean-ops');
    vi.stubEnv('LEAN_OPS_ENVIRONMENT', 'dev');
    // Powertools prints to the global console in its development mode, to one of its own on Lambda.
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    lines = [];
    for (const method of ['log', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, method).mockImplementation((text: string) => {
        lines.push(JSON.parse(text) as Record<string, unknown>);
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  const logged = (message: string) => lines.filter((line) => line['message'] === message);

  it('stamps every line with the request, the deployment and what the event came from', async () => {
    const handler = lambdaFunction(
      ({ logger }) =>
        async () =>
          logger.child({ topic: 'orders' }).info('done'),
    );
    await handler({ run_id: 'round-1.orders', execution_id: 'execution-1' }, CONTEXT);
    expect(logged('done')).toMatchObject([
      {
        service: 'lean-ops-dev',
        function_request_id: 'request-1',
        run_id: 'round-1.orders',
        execution_id: 'execution-1',
        topic: 'orders',
      },
    ]);
  });

  it('keeps nothing of one invocation in the lines of the next', async () => {
    const handler = lambdaFunction(
      ({ logger }) =>
        async () =>
          logger.info('done'),
    );
    await handler({ run_id: 'round-1.orders' }, CONTEXT);
    await handler(
      { Records: [{ eventSourceARN: 'arn:queue', attributes: { AWSTraceHeader: 'Root=1' } }] },
      CONTEXT,
    );
    expect(logged('done')[1]).toMatchObject({ queue_arn: 'arn:queue', queue_trace: 'Root=1' });
    expect(logged('done')[1]).not.toHaveProperty('run_id');
  });

  it('prints the metrics of an invocation that failed, logs the error and lets Lambda see it', async () => {
    const failure = Object.assign(new Error('gone'), { code: 'LEASE_LOST' });
    const handler = lambdaFunction(({ metrics }: FunctionPorts) => async () => {
      metrics.add('TopicFailed', 1, 'Count', { topic: 'orders' });
      throw failure;
    });
    await expect(handler({}, CONTEXT)).rejects.toBe(failure);
    expect(logged('the invocation failed')).toMatchObject([
      { error: { message: 'gone', code: 'LEASE_LOST' } },
    ]);
    expect(lines.some((line) => line['TopicFailed'] === 1)).toBe(true);
  });

  it('writes fields under the names that Powertools keeps for itself beside them', async () => {
    const handler = lambdaFunction(
      ({ logger }) =>
        async () =>
          logger.warn('odd', { message: 'inner', level: 7n }),
    );
    await handler({}, CONTEXT);
    expect(logged('odd')).toMatchObject([{ level: 'WARN', message_: 'inner', level_: '7' }]);
  });

  it('answers although its metrics cannot be printed', async () => {
    const handler = lambdaFunction(({ metrics }) => async () => {
      metrics.add('', 1, 'Count');
      return 'answer';
    });
    expect(await handler({}, CONTEXT)).toBe('answer');
    expect(logged('metrics could not be printed')).toHaveLength(1);
    expect(await handler({}, CONTEXT)).toBe('answer');
  });

  it('gives answer and error of work that is traced as they are', async () => {
    vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'true');
    const handler = lambdaFunction(() => async (event: { fails: boolean }) => {
      if (event.fails) throw new Error('gone');
      return 'answer';
    });
    expect(await handler({ fails: false }, CONTEXT)).toBe('answer');
    await expect(handler({ fails: true }, CONTEXT)).rejects.toThrow('gone');
  });

  it('does not start in an environment that is not usable', () => {
    vi.stubEnv('LEAN_OPS_PROJECT', '');
    expect(() => lambdaFunction(() => async () => {})).toThrow(/LEAN_OPS_PROJECT is not set/);
  });
});
