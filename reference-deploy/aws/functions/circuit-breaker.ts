import { createHandler } from '../../handlers/circuit-breaker/handler.js';
import { invokingClient, lambdaClient, sqsClient } from '../clients.js';
import { readEnvironment } from '../environment.js';
import { LambdaMappings } from '../lambda-mappings.js';
import { lambdaFunction } from '../runtime.js';
import { SqsProbe } from '../sqs-probe.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => {
  const { processorArn, breakers, ...names } = readEnvironment([
    'project',
    'environment',
    'processorArn',
    'breakers',
  ]);
  const { controlCallsPerSecond, firstPauseSeconds, maxPauseSeconds, ...settings } = breakers;
  const state = openStateStore(ports);
  return createHandler({
    ...ports,
    ...names,
    settings: { ...settings, firstPauseMs: firstPauseSeconds * 1_000, maxPauseMs: maxPauseSeconds * 1_000 },
    controlCallsPerSecond,
    breakers: state.breakers,
    leases: state.leases,
    outbox: state.outbox,
    control: new LambdaMappings({ client: lambdaClient(), functionArn: processorArn }),
    probe: new SqsProbe({ sqs: sqsClient(), lambda: invokingClient(), processorArn, logger: ports.logger }),
  });
});
