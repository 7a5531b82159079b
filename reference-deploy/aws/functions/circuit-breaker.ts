import { createHandler } from '../../handlers/circuit-breaker/handler.js';
import { invokingClient, lambdaClient, sqsClient } from '../clients.js';
import { readEnvironment } from '../environment.js';
import { LambdaMappings } from '../lambda-mappings.js';
import { lambdaFunction } from '../runtime.js';
import { SqsProbe } from '../sqs-probe.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => {
  const { processorArn, ...names } = readEnvironment(['project', 'environment', 'processorArn']);
  const state = openStateStore(ports);
  return createHandler({
    ...ports,
    ...names,
    breakers: state.breakers,
    leases: state.leases,
    outbox: state.outbox,
    control: new LambdaMappings({ client: lambdaClient(), functionArn: processorArn }),
    probe: new SqsProbe({ sqs: sqsClient(), lambda: invokingClient(), processorArn, logger: ports.logger }),
  });
});
