import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { GetTableCommand, type GlueClient } from '@aws-sdk/client-glue';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, type Sleep, tableSafeTopic } from '@lean-ops/core';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import { DeployError } from './deploy-error.js';

/** The topic that a deployment may have for its smoke test alone. */
export const SMOKE_TOPIC = 'smoke-test';

export interface SmokeTestOptions {
  readonly glue: Pick<GlueClient, 'send'>;
  readonly athena: Pick<AthenaClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Databases by layer. */
  readonly databases: Readonly<Record<string, string>>;
  /** Queue URLs by topic. */
  readonly topicQueueUrls: Readonly<Record<string, string>>;
  /** Where Athena leaves results: `s3://bucket/prefix/`. */
  readonly queryOutput: string;
  /** Time a message may take from queue to table. */
  readonly patienceMs?: number;
  readonly say: (line: string) => void;
}

/** Between looks at a query or a table. */
const LOOK_MS = 2_000;
const QUERY_PATIENCE_MS = 120_000;

/**
 * What no emulator can show: Glue has every RAW table as an Iceberg one, Athena reads it, and, where the deployment has
 * the topic `smoke-test`, a message sent to its queue comes back out of Athena exactly once.
 *
 * @throws {DeployError} `SMOKE_TEST_FAILED`, which names what did not hold.
 */
export async function smokeTest(options: SmokeTestOptions): Promise<void> {
  const { databases, topicQueueUrls, say } = options;
  const topics = Object.keys(topicQueueUrls);
  for (const topic of topics)
    await checkTable(options, databases['raw']!, rawTableName(tableSafeTopic(topic)));
  say(`Glue has the RAW tables of ${topics.length} topics`);
  const [first] = topics;
  if (first === undefined) return;
  const table = `"${databases['raw']}"."${rawTableName(tableSafeTopic(first))}"`;
  await query(options, `SELECT count(*) FROM ${table}`);
  say(`Athena reads ${table}`);
  const queueUrl = topicQueueUrls[SMOKE_TOPIC];
  if (queueUrl === undefined) say(`no topic ${SMOKE_TOPIC}: no message was sent through`);
  else await sendThrough(options, queueUrl);
}

async function checkTable({ glue }: SmokeTestOptions, database: string, name: string): Promise<void> {
  const found = await glue
    .send(new GetTableCommand({ DatabaseName: database, Name: name }))
    .catch((cause) => {
      throw failed(`Glue has no table ${database}.${name}: does topic-sync run?`, { database, name }, cause);
    });
  const { table_type: type, metadata_location: location } = found.Table?.Parameters ?? {};
  if (type?.toUpperCase() !== 'ICEBERG' || location === undefined)
    throw failed(`${database}.${name} is no Iceberg table: was it made by DDL?`, { database, name, type });
}

async function sendThrough(options: SmokeTestOptions, queueUrl: string): Promise<void> {
  const { sqs, clock, sleep, databases, patienceMs = 600_000, say } = options;
  const id = `smoke-${clock.now()}`;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify({ message_id: id, idempotency_key: id, smoke: true }),
    }),
  );
  say(`sent ${id}; Firehose delivers within its buffer's time`);
  const table = `"${databases['raw']}"."${rawTableName(tableSafeTopic(SMOKE_TOPIC))}"`;
  const sql = `SELECT count(DISTINCT sqs_message_id) FROM ${table} WHERE message_id = '${id}'`;
  for (const end = clock.now() + patienceMs; clock.now() < end; await sleep(10 * LOOK_MS)) {
    const count = Number(await query(options, sql));
    if (count === 1) {
      say(`Athena reads ${id} once`);
      return;
    }
    if (count > 1) throw failed(`Athena reads ${id} as ${count} messages`, { id, count });
  }
  throw failed(`${id} is not in ${table} after ${patienceMs / 1000} s: see the runbook, "stream-behind"`, {
    id,
  });
}

/** Runs a query; the one value of its one row. */
async function query(options: SmokeTestOptions, sql: string): Promise<string> {
  const { athena, clock, sleep, queryOutput } = options;
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      ResultConfiguration: { OutputLocation: queryOutput },
    }),
  );
  for (const end = clock.now() + QUERY_PATIENCE_MS; clock.now() < end; await sleep(LOOK_MS)) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State: state, StateChangeReason: reason } = QueryExecution?.Status ?? {};
    if (state === 'FAILED' || state === 'CANCELLED')
      throw failed(`Athena: ${reason ?? state}: ${sql}`, { sql });
    if (state !== 'SUCCEEDED') continue;
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    // The first row holds the names of the columns.
    return ResultSet?.Rows?.[1]?.Data?.[0]?.VarCharValue ?? '';
  }
  throw failed(`Athena did not answer within ${QUERY_PATIENCE_MS / 1000} s: ${sql}`, { sql });
}

function failed(message: string, context: Record<string, unknown>, cause?: unknown): DeployError {
  return new DeployError(message, { code: 'SMOKE_TEST_FAILED', context, cause });
}
