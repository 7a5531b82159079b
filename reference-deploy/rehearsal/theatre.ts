import { type StateStore, systemClock } from '@lean-ops/core';
import { DynamoDbStateStore } from '@lean-ops/core/dynamodb';
import type { LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { GlueCatalog } from '@lean-ops/iceberg/glue';
import { S3Storage } from '@lean-ops/iceberg/s3';
import type { Archive } from '@lean-ops/ingest';
import { S3Archive } from '@lean-ops/ingest/s3';
import type { GeneratedStream } from '../generator/index.js';
import { type Clients, openClients } from './clients.js';
import type { Emulator } from './emulator/emulator.js';
import { type Deployment, ResourceNames } from './stack/deployment.js';
import { MessageQueues } from './traffic/message-queue.js';
import { SendLog } from './traffic/send-log.js';
import { settle } from './traffic/settle.js';
import { type Cast, FOREIGN_QUEUES } from './traffic/topics.js';

/** What every scene has at hand. */
export interface Theatre {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly names: ResourceNames;
  readonly cast: Cast;
  readonly stream: GeneratedStream;
  readonly clients: Clients;
  readonly queues: MessageQueues;
  readonly log: SendLog;
  /** The deployment's own stores, through the same ports as its functions. */
  readonly state: StateStore;
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly layers: LayerNames;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Waits until nothing is under way; the queues of `except` may hold messages. */
  settle(options?: { readonly except?: readonly string[]; readonly timeoutSeconds?: number }): Promise<void>;
}

export interface TheatreOptions {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly cast: Cast;
  readonly stream: GeneratedStream;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export function openTheatre(options: TheatreOptions): Theatre {
  const { emulator, deployment, signal } = options;
  const { region, account } = deployment;
  const names = new ResourceNames(deployment);
  const clients = openClients(emulator.endpoint, region, account);
  const log = new SendLog();
  const queues = new MessageQueues(clients.sqs, log);
  const database = (layer: string): string => names.database(layer);
  const watched = [
    ...deployment.topics.map((topic) => names.topicQueue(topic)),
    ...['dead-letters', 'dead-letters-fifo', 'firehose-errors'].map((key) => names.centralQueue(key)),
    ...FOREIGN_QUEUES,
  ];
  return {
    ...options,
    names,
    clients,
    log,
    queues,
    state: new DynamoDbStateStore({ client: clients.dynamoDb, table: names.stateTable, clock: systemClock }),
    archive: new S3Archive({ client: clients.s3, bucket: names.bucket('archive') }),
    catalog: new GlueCatalog({
      client: clients.glue,
      storage: new S3Storage({ client: clients.s3 }),
      warehouse: names.warehouse,
    }),
    layers: {
      raw: database('raw'),
      standardized: database('standardized'),
      curated: database('curated'),
      ops: database('ops'),
    },
    settle: ({ except = [], timeoutSeconds = 240 } = {}) =>
      settle({
        emulator,
        queues,
        names: watched.filter((name) => !except.includes(name)),
        timeoutSeconds,
        signal,
      }),
  };
}
