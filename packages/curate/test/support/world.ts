import {
  ENVELOPE_COLUMNS,
  type Envelope,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type TopicContract,
} from '@lean-ops/core';
import {
  type CurateReport,
  changeTopicTable,
  curate,
  type JobOptions,
  type JobPoint,
  type ReconcileOptions,
  type Reconciliation,
  reconcile,
  type StandardizeReport,
  standardize,
} from '@lean-ops/curate';
import { batchFromRows, type Catalog, MemoryCatalog, type Table } from '@lean-ops/iceberg';

export const TOPIC = 'events';
export const RAW = { namespace: 'raw', name: 'events_staging' };
export const STANDARDIZED = { namespace: 'standardized', name: 'events' };
export const PARSE_ERRORS = { namespace: 'standardized', name: 'events_parse_errors' };
export const CURATED = { namespace: 'curated', name: 'events' };
export const ERRORS = { namespace: 'curated', name: 'events_errors' };

/** One topic's tables in memory, with everything a job needs. */
export class World {
  readonly catalog: Catalog;
  readonly clock = new ManualClock(Date.UTC(2026, 5, 1));
  readonly state = new MemoryStateStore({ clock: this.clock });
  readonly metrics = new MemoryMetrics();
  #runs = 0;

  constructor(catalog: Catalog = new MemoryCatalog()) {
    this.catalog = catalog;
  }

  async raw(): Promise<Table> {
    if (await this.catalog.tableExists(RAW)) return await this.catalog.loadTable(RAW);
    const fields = ENVELOPE_COLUMNS.map(({ name, type, required }) => ({ name, type, required }));
    return await this.catalog.createTable(RAW, { schema: { fields }, partitionBy: ['day(ingestion_ts)'] });
  }

  /** One commit to RAW. */
  async receive(envelopes: readonly Envelope[]): Promise<void> {
    const raw = await this.raw();
    if (envelopes.length > 0)
      await raw.append(
        batchFromRows(
          raw.schema(),
          envelopes.map((row) => ({ ...row })),
        ),
      );
  }

  async standardize(options: Partial<JobOptions> = {}): Promise<StandardizeReport> {
    return await standardize(this.job(options));
  }

  /** Under a contract that is deployed first; what a deploy refuses is left to the job, which has to refuse it too. */
  async curate(options: Partial<JobOptions> = {}): Promise<CurateReport> {
    const job = this.job(options);
    if (await this.catalog.tableExists(CURATED)) await this.deploy(job).catch(() => {});
    return await curate(job);
  }

  /** Changes the table of Curated as the contract asks for. */
  async deploy({ catalog, topic, contract, fencingToken }: JobOptions): Promise<void> {
    if (contract === null) return;
    await changeTopicTable('curated', { catalog, topic, contract, fencingToken });
  }

  async reconcile(options: Partial<ReconcileOptions> = {}): Promise<Reconciliation> {
    const none = (async function* (): AsyncGenerator<string> {})();
    return await reconcile({
      catalog: this.catalog,
      topic: TOPIC,
      contract: null,
      clock: this.clock,
      evidence: {
        messages: null,
        quarantined: none,
        deadLettered: none,
        deliveryFailures: none,
        inFlight: 0,
      },
      ...options,
    });
  }

  job(options: Partial<JobOptions>): JobOptions {
    this.clock.advance(1000);
    return {
      catalog: this.catalog,
      topic: TOPIC,
      contract: null,
      fencingToken: 1n,
      clock: this.clock,
      outbox: this.state.outbox,
      checkpoints: this.state.checkpoints,
      metrics: this.metrics,
      runId: `run-${this.#runs++}`,
      maskingKey: new Uint8Array(32).fill(7),
      ...options,
    };
  }

  async rows(identifier: typeof RAW): Promise<Record<string, unknown>[]> {
    if (!(await this.catalog.tableExists(identifier))) return [];
    const table = await this.catalog.loadTable(identifier);
    const rows: Record<string, unknown>[] = [];
    for await (const row of table.scan().rows()) rows.push(row);
    return rows;
  }
}

/** A hook that throws the first time a point is reached. */
export function crashAt(point: JobPoint): { hooks: NonNullable<JobOptions['hooks']> } {
  let armed = true;
  return {
    hooks: {
      at: (reached) => {
        if (reached !== point || !armed) return;
        armed = false;
        throw new Error(`crashed at ${point}`);
      },
    },
  };
}

let serial = 0;

/** An event as RAW has it. Times are given in seconds. */
export function envelope(
  changes: Partial<Omit<Envelope, 'publish_time' | 'ingestion_ts' | 'json_payload'>> & {
    sent?: number;
    received?: number;
    payload?: unknown;
    json?: string;
  } = {},
): Envelope {
  const { sent = 1000, received = 2000, payload = {}, json = JSON.stringify(payload), ...rest } = changes;
  const number = serial++;
  return {
    topic_name: TOPIC,
    message_id: `m${number}`,
    sqs_message_id: `s${number}`,
    idempotency_key: `key${number}`,
    period_reference: '2026-05',
    correlation_id: null,
    publish_time_source: 'producer',
    envelope_json: null,
    ...rest,
    publish_time: BigInt(sent) * 1_000_000n,
    ingestion_ts: BigInt(received) * 1_000_000n,
    json_payload: json,
  };
}

export const CONTRACT: TopicContract = {
  topic: TOPIC,
  version: '1.0.0',
  owner: 'team',
  columns: {
    amount: { type: 'decimal(10,2)', cde: true },
    name: { type: 'string' },
    last_updated_ts: { type: 'timestamptz' },
  },
};
