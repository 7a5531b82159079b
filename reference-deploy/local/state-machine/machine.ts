import type { StateStore } from '@lean-ops/core';
import { type DeploymentNames, functionArn } from '../queue/arns.js';
import { placeholders, readDocument } from './document.js';
import { Interpreter, type TaskHandler } from './interpreter.js';
import { START_JOB_RUN, sparkStandIn } from './spark-stand-in.js';

export interface MachineOptions {
  /** The Amazon States Language document. */
  readonly document: object;
  readonly names: DeploymentNames;
  readonly state: Pick<StateStore, 'leases'>;
  /** Functions by name, without the deployment's prefix: `standardize`, `flush-ops`, … */
  readonly functions: Readonly<Record<string, TaskHandler>>;
  /** Replaces every wait, milliseconds; by default those of the document. */
  readonly retryIntervalMs?: number;
}

/** A state machine of the deployment whose tasks are the functions of this process. */
export function embeddedMachine(options: MachineOptions): Interpreter {
  const { document, names, state, functions, retryIntervalMs } = options;
  const text = JSON.stringify(document);
  const resourceOf = (placeholder: string): string =>
    placeholder === 'spark_job_name'
      ? `${names.project}-${names.environment}-spark`
      : functionArn(names, placeholder.replace(/_arn$/, '').replaceAll('_', '-'));
  const handlers = Object.fromEntries(
    Object.entries(functions).map(([name, handler]) => [functionArn(names, name), handler]),
  );
  return new Interpreter({
    document: readDocument(
      text,
      Object.fromEntries(placeholders(text).map((name) => [name, resourceOf(name)])),
    ),
    handlers: { ...handlers, [START_JOB_RUN]: sparkStandIn({ leases: state.leases, functions }) },
    ...(retryIntervalMs === undefined ? {} : { retryIntervalMs }),
  });
}
