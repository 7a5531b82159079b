import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { createStack } from '../stack/create-stack.js';
import type { StackPlan } from '../stack/plan-stack.js';
import { invoke, writeWantedTopics } from '../stack/wanted-topics.js';
import type { Theatre } from '../theatre.js';
import { FOREIGN_QUEUES, tableTopic } from '../traffic/topics.js';
import { type Outcome, unless } from './scene.js';

/** Makes the stack, and lets topic-sync make registry, contracts and RAW tables as after a deployment. */
export async function raiseStack(
  theatre: Theatre,
  plan: StackPlan,
  codeOf: (key: string) => Promise<Uint8Array>,
): Promise<Outcome> {
  const { clients, names, cast, stream, state, queues, catalog, layers } = theatre;
  await createStack(plan, clients, codeOf);
  for (const queue of FOREIGN_QUEUES) {
    // Somebody wired the queue of another project to the processor.
    await queues.create(queue);
    await clients.lambda.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: names.queueArn(queue),
        FunctionName: names.of('sqs-processor'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    );
  }
  const wanted = cast.all.map((topic, index) => ({ ...topic, contract: stream.profiles[index]!.contract }));
  await writeWantedTopics(wanted, names, clients);
  await invoke(clients, names.of('topic-sync'));
  const registered = await state.topics.list();
  const tables = await catalog.listTables(layers.raw);
  const missing = cast.all.filter((topic) => !registered.some((row) => row.topic === tableTopic(topic)));
  return {
    seen: `${plan.functions.length} functions, ${plan.queues.length} queues, ${plan.streams.length} streams, ${plan.stateMachines.length} state machines; ${registered.length} topics registered, ${tables.length} RAW tables`,
    faults: [
      ...unless(missing.length === 0, `not registered: ${missing.map(tableTopic).join(', ')}`),
      ...unless(tables.length === cast.all.length, `${cast.all.length} RAW tables were wanted`),
    ],
  };
}
