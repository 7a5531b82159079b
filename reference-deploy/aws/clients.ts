import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';

/** How one kind of client calls. */
export interface CallLimits {
  /** Attempts of one call, the first included. */
  readonly attempts: number;
  /** Time for one attempt, milliseconds. */
  readonly requestMs: number;
}

/**
 * Attempts times time-out stay below the shortest function that uses the client, so that a service which hangs ends
 * in an error that the function can answer, and not in the end of the function.
 *
 * Firehose is tried once: the processor retries by itself, record by record, inside the time that is left.
 */
export const CALL_LIMITS = {
  dynamoDb: { attempts: 3, requestMs: 3_000 },
  firehose: { attempts: 1, requestMs: 10_000 },
  control: { attempts: 4, requestMs: 5_000 },
  s3: { attempts: 3, requestMs: 10_000 },
} as const satisfies Readonly<Record<string, CallLimits>>;

/**
 * Of invocations of the SQS processor that are waited for: above its own time-out, and never repeated, because what it
 * was given would be sent twice.
 */
export const INVOCATION: CallLimits = { attempts: 1, requestMs: 125_000 };

const CONNECT_MS = 1_000;
/** Above the messages of a batch that are archived at once. */
const SOCKETS = 64;

interface ClientSettings {
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpsAgent: { readonly keepAlive: true; readonly maxSockets: number };
  };
}

/** Without `throwOnRequestTimeout` the SDK only warns when the time is over, and waits on. */
export function clientSettings({ attempts, requestMs }: CallLimits): ClientSettings {
  return {
    maxAttempts: attempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
  };
}

// One of each per process, made when it is first asked for: connections outlive an invocation. A function's bundle
// holds only the clients that it asks for.
let dynamoDb: DynamoDBClient | undefined;
let firehose: FirehoseClient | undefined;
let glue: GlueClient | undefined;
let invoking: LambdaClient | undefined;
let lambda: LambdaClient | undefined;
let secrets: SecretsManagerClient | undefined;
let sqs: SQSClient | undefined;

export function dynamoDbClient(): DynamoDBClient {
  dynamoDb ??= new DynamoDBClient(clientSettings(CALL_LIMITS.dynamoDb));
  return dynamoDb;
}

export function firehoseClient(): FirehoseClient {
  firehose ??= new FirehoseClient(clientSettings(CALL_LIMITS.firehose));
  return firehose;
}

export function glueClient(): GlueClient {
  glue ??= new GlueClient(clientSettings(CALL_LIMITS.control));
  return glue;
}

/** A client for invocations that are waited for. */
export function invokingClient(): LambdaClient {
  invoking ??= new LambdaClient(clientSettings(INVOCATION));
  return invoking;
}

export function lambdaClient(): LambdaClient {
  lambda ??= new LambdaClient(clientSettings(CALL_LIMITS.control));
  return lambda;
}

export function secretsClient(): SecretsManagerClient {
  secrets ??= new SecretsManagerClient(clientSettings(CALL_LIMITS.control));
  return secrets;
}

export function sqsClient(): SQSClient {
  sqs ??= new SQSClient(clientSettings(CALL_LIMITS.control));
  return sqs;
}
