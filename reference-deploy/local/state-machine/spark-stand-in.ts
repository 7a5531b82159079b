import type { LeaseStore } from '@lean-ops/core';
import { HandlerError } from '../../handlers/shared/error.js';
import { leaseToJson, topicResource } from '../../handlers/shared/lease.js';
import type { TaskHandler } from './interpreter.js';

/** The resource of a task that runs a Glue job and waits for its end. */
export const START_JOB_RUN = 'arn:aws:states:::glue:startJobRun.sync';

interface JobRunInput {
  readonly Arguments: Readonly<Record<string, string>>;
}

export interface SparkStandInOptions {
  readonly leases: LeaseStore;
  /** Those of both layers, by their names. */
  readonly functions: Readonly<Record<string, TaskHandler>>;
}

/**
 * There is no Spark in this process: the job runs of topics that ask for it are done by the Node engine, which makes
 * the same tables. The job's arguments are those of the deployment.
 */
export function sparkStandIn({ leases, functions }: SparkStandInOptions): TaskHandler {
  return async ({ Arguments: jobArguments }: JobRunInput) => {
    const argument = (name: string): string => jobArguments[`--${name}`] ?? '';
    const topic = argument('topic_name');
    const lease = await leases.get(topicResource(topic));
    if (lease === null || String(lease.token) !== argument('fencing_token')) {
      throw new HandlerError(`the lease of ${topic} has passed on before its Spark job began`, {
        code: 'LEASE_LOST',
        context: { topic, token: argument('fencing_token') },
      });
    }
    const job = functions[argument('layer') === 'standardized' ? 'standardize' : 'curate'];
    const input = { topic_name: topic, run_id: argument('run_id'), lease: leaseToJson(lease) };
    await job?.(input as never);
    return { Id: argument('run_id'), JobRunState: 'SUCCEEDED' };
  };
}
