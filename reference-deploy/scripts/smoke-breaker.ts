import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { Clock, Sleep } from '@lean-ops/core';
import { DeployError } from './deploy-error.js';
import { invokeFunction } from './invoke-function.js';

export interface SmokeBreakerOptions {
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Names of the two functions. */
  readonly breaker: string;
  readonly processor: string;
  /** A table-safe topic that nobody misses for a minute, and the name of its queue. */
  readonly topic: string;
  readonly queueName: string;
  readonly say: (line: string) => void;
}

const LOOK_MS = 2_000;
/** A word that meets a round waits for the next, a minute later. */
const PATIENCE_MS = 180_000;

/**
 * Whether the circuit breaker's role may switch mappings: its policy allows it under a condition, which no emulator
 * judges. A person's word opens the topic's breaker and closes it; then the rules decide again.
 *
 * @throws {DeployError} `SMOKE_TEST_FAILED` where the mapping is not switched.
 */
export async function switchMapping(options: SmokeBreakerOptions): Promise<void> {
  const { queueName, say } = options;
  try {
    await decide(options, 'open');
    await until(options, 'Disabled');
    await decide(options, 'closed');
    await until(options, 'Enabled');
  } finally {
    await decide(options, null);
  }
  say(`the circuit breaker switched the mapping of ${queueName} off and on`);
}

async function decide(
  { lambda, breaker, topic, clock, sleep }: SmokeBreakerOptions,
  state: 'open' | 'closed' | null,
): Promise<void> {
  const payload = { override: { scope: topic, state, by: 'deploy', reason: 'smoke test' } };
  for (const end = clock.now() + PATIENCE_MS; ; await sleep(LOOK_MS)) {
    try {
      await invokeFunction(lambda, breaker, { payload, code: 'SMOKE_TEST_FAILED' });
      return;
    } catch (error) {
      // Its executions are few on purpose.
      if ((error as Error).name !== 'TooManyRequestsException' || clock.now() >= end) throw error;
    }
  }
}

async function until(options: SmokeBreakerOptions, wanted: string): Promise<void> {
  const { clock, sleep, queueName } = options;
  let state: string | undefined;
  for (const end = clock.now() + PATIENCE_MS; clock.now() < end; await sleep(LOOK_MS)) {
    state = await stateOf(options);
    if (state === wanted) return;
  }
  throw new DeployError(
    `the mapping of ${queueName} is ${state ?? 'not there'} and not ${wanted} ${PATIENCE_MS / 1000} s after the breaker was told: may its role call UpdateEventSourceMapping? The logs of operations say`,
    { code: 'SMOKE_TEST_FAILED', context: { queueName, state, wanted } },
  );
}

async function stateOf({ lambda, processor, queueName }: SmokeBreakerOptions): Promise<string | undefined> {
  let Marker: string | undefined;
  do {
    const page = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: processor, ...(Marker && { Marker }) }),
    );
    const found = page.EventSourceMappings?.find(({ EventSourceArn }) =>
      EventSourceArn?.endsWith(`:${queueName}`),
    );
    if (found !== undefined) return found.State;
    Marker = page.NextMarker;
  } while (Marker !== undefined && Marker !== '');
  return undefined;
}
