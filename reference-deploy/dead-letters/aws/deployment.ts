import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type DeploymentNames, resourceName } from '../../settings/names.js';
import { DeadLetterError } from '../error.js';

/** What a deployment calls the places that dead letters are kept in. */
export interface Deployment {
  readonly stateTable: string;
  readonly archiveBucket: string;
  readonly streams: readonly string[];
}

const VARIABLES = ['LEAN_OPS_STATE_TABLE', 'LEAN_OPS_ARCHIVE_BUCKET', 'LEAN_OPS_STREAMS'] as const;

/**
 * Asks the deployed SQS processor where it keeps things: what it uses is right by definition.
 *
 * @throws {DeadLetterError} `DEPLOYMENT_UNREADABLE` where there is none under these names, or it does not say.
 */
export async function readDeployment(
  client: Pick<LambdaClient, 'send'>,
  names: DeploymentNames,
): Promise<Deployment> {
  const functionName = resourceName(names, 'sqs-processor');
  const variables = await variablesOf(client, functionName);
  const missing = VARIABLES.filter((name) => (variables[name] ?? '') === '');
  if (missing.length > 0) {
    throw unreadable(
      functionName,
      `it does not say ${missing.join(', ')}: deploy it again, or ask for kms:Decrypt`,
    );
  }
  return {
    stateTable: variables['LEAN_OPS_STATE_TABLE'] as string,
    archiveBucket: variables['LEAN_OPS_ARCHIVE_BUCKET'] as string,
    streams: (variables['LEAN_OPS_STREAMS'] as string).split(',').map((name) => name.trim()),
  };
}

/** The variables that a function is given. */
export async function variablesOf(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
): Promise<Readonly<Record<string, string>>> {
  try {
    const { Environment } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    return Environment?.Variables ?? {};
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    throw unreadable(
      functionName,
      'there is no such function here: check --project, --env and --region',
      error,
    );
  }
}

function unreadable(functionName: string, reason: string, cause?: unknown): DeadLetterError {
  return new DeadLetterError(`the deployment cannot be read from function ${functionName}: ${reason}`, {
    code: 'DEPLOYMENT_UNREADABLE',
    context: { functionName },
    cause,
  });
}
