import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import {
  type Clock,
  type Logger,
  type Metrics,
  type Random,
  type Sleep,
  systemClock,
  systemRandom,
  systemSleep,
} from '@lean-ops/core';
import type { Context } from 'aws-lambda';
import { correlationOf } from './correlation.js';
import { EmfMetrics } from './emf-metrics.js';
import { readEnvironment } from './environment.js';
import { powertoolsLogger } from './powertools-logger.js';
import { openTrace } from './tracing.js';

/** CloudWatch namespace of all metrics. */
const METRIC_NAMESPACE = 'LeanOps';

/** What Lambda gives every handler. */
export interface FunctionPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type LambdaFunction<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * A handler as Lambda calls it: log lines carry the request, the trace and what the event came from; metrics are
 * printed when the invocation ends, however it ends.
 *
 * The handler is made while the function starts, where a wrong environment shows at once and connections are set up
 * before the first event.
 *
 * @throws {AwsError} `ENVIRONMENT_INVALID`.
 * @example
 * export const handler = lambdaFunction((ports) => createHandler({ ...ports, state: stateStore(ports) }));
 */
export function lambdaFunction<Event, Result>(
  create: (ports: FunctionPorts) => LambdaFunction<Event, Result>,
): LambdaFunction<Event, Result> {
  const { project, environment } = readEnvironment(['project', 'environment']);
  const serviceName = `${project}-${environment}`;
  const powertools = new PowertoolsLogger({ serviceName });
  const metrics = new EmfMetrics(new PowertoolsMetrics({ namespace: METRIC_NAMESPACE, serviceName }));
  const logger = powertoolsLogger(powertools);
  const handle = create({
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    logger,
    metrics,
  });
  return async (event, context) => {
    powertools.resetKeys();
    powertools.addContext(context);
    powertools.appendKeys(correlationOf(event));
    try {
      const trace = await openTrace(serviceName, (error) => logger.warn('traces are off', { error }));
      return await trace('## handler', () => handle(event, context));
    } catch (error) {
      logger.error('the invocation failed', { error });
      throw error;
    } finally {
      publish(metrics, logger);
    }
  };
}

/** What was done is done: that its metrics cannot be printed must not make Lambda do it again. */
function publish(metrics: EmfMetrics, logger: Logger): void {
  try {
    metrics.publish();
  } catch (error) {
    logger.error('metrics could not be printed', { error });
  }
}
