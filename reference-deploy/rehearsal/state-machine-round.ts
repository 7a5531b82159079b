import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Clients } from './clients.js';

export interface RoundResult {
  /** How the topics ended: outcome → number of topics. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** One line for each topic that did not end well. */
  readonly failures: readonly string[];
}

interface RoundOutput {
  readonly outcomes: readonly {
    readonly topic_name: string;
    readonly outcome: string;
    readonly error?: string;
  }[];
}

const PAUSE_MS = 250;

/** Starts a state machine as its schedule does, and waits for its output. */
async function execute(
  { sfn }: Clients,
  stateMachineArn: string,
  input: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, name: randomUUID(), input: JSON.stringify(input) }),
  );
  for (;;) {
    signal.throwIfAborted();
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status === 'SUCCEEDED') return JSON.parse(execution.output ?? 'null') as unknown;
    if (execution.status !== 'RUNNING')
      throw new Error(
        `${stateMachineArn} ${execution.status}: ${execution.error ?? ''} ${execution.cause ?? ''}`,
      );
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** One round of a state machine that does something for every topic; `good` is how a topic's iteration ends well. */
export async function runRound(
  clients: Clients,
  stateMachineArn: string,
  good: string,
  signal: AbortSignal,
): Promise<RoundResult> {
  const { outcomes } = (await execute(clients, stateMachineArn, {}, signal)) as RoundOutput;
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return {
    outcomes: counts,
    failures: outcomes
      .filter(({ outcome }) => outcome !== good)
      .map(({ topic_name, outcome, error }) => `${topic_name}: ${outcome} ${error ?? ''}`.trim()),
  };
}
