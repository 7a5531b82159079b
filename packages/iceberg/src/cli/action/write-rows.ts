import type { RecordBatch } from 'apache-arrow';
import type { Table } from '../../table/table.js';
import type {
  CommitResult,
  KeyMode,
  RowMode,
  TransactionOptions,
} from '../../transaction/transaction-types.js';
import type { AddressOptions } from '../address/address-options.js';
import { AddressStorage } from '../address/address-storage.js';
import { openToWrite } from '../address/open-address.js';
import { type InputFormat, readInput } from '../input/open-input.js';
import { type OutputFormat, printRows } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { filterOf } from './filter-of.js';

export interface CommitChoices extends AddressOptions {
  readonly branch?: string;
  readonly stage?: boolean;
  readonly wapId?: string;
  readonly summary?: Readonly<Record<string, string>>;
  readonly format?: OutputFormat;
}

interface InputOptions extends CommitChoices {
  readonly inputFormat?: InputFormat;
}

/** Appends the rows of files in one commit. */
export async function append(
  session: Session,
  [address, files]: [string, string[]],
  options: InputOptions,
): Promise<undefined> {
  const table = await openToWrite(session, address, options);
  const input = new Inputs(session, table, files, options);
  const result = await table.append(input.batches(), transactionOptions(session, options));
  return printCommit(session, result, { rows: input.rows }, options);
}

/** Replaces the rows that have the keys of the rows of files, in one commit. */
export async function upsert(
  session: Session,
  [address, files]: [string, string[]],
  options: InputOptions & { readonly key?: string[]; readonly mode?: KeyMode },
): Promise<undefined> {
  const table = await openToWrite(session, address, options);
  const input = new Inputs(session, table, files, options);
  const { key, mode } = options;
  const result = await table.upsert(input.batches(), {
    ...transactionOptions(session, options),
    ...(key !== undefined && { key }),
    ...(mode !== undefined && { mode }),
  });
  return printCommit(session, result, { rows: input.rows }, options);
}

/** Deletes the rows that match a filter, in one commit. */
export async function deleteRows(
  session: Session,
  [address]: [string],
  options: CommitChoices & { readonly filter: string; readonly mode?: RowMode; readonly dryRun?: boolean },
): Promise<undefined> {
  const table = await openToWrite(session, address, options);
  const filter = filterOf(options.filter, table.schema());
  const { branch, mode } = options;
  if (options.dryRun === true) {
    const at = branch === undefined ? {} : { ref: branch };
    const rows = await table.scan({ filter, signal: session.signal, ...at }).count();
    await printRows(session.context.stdout, [{ rows, dry_run: true }], ['rows', 'dry_run'], options.format);
    return;
  }
  const result = await table.delete({
    ...transactionOptions(session, options),
    filter,
    ...(mode !== undefined && { mode }),
  });
  return printCommit(session, result, {}, options);
}

/** The rows of several inputs as one. */
class Inputs {
  readonly #session: Session;
  readonly #table: Table;
  readonly #files: readonly string[];
  readonly #options: InputOptions;
  rows = 0;

  constructor(session: Session, table: Table, files: readonly string[], options: InputOptions) {
    if (files.filter((file) => file === '-').length > 1)
      throw new UsageError('- is standard input, which can be read once only');
    this.#session = session;
    this.#table = table;
    this.#files = files;
    this.#options = options;
  }

  async *batches(): AsyncGenerator<RecordBatch> {
    const { region, s3Endpoint, s3PathStyle, inputFormat: format } = this.#options;
    const storage = new AddressStorage(this.#session.context, {
      ...(region !== undefined && { region }),
      ...(s3Endpoint !== undefined && { endpoint: s3Endpoint }),
      ...(s3PathStyle === true && { forcePathStyle: true }),
    });
    const schema = this.#table.schema();
    for (const file of this.#files) {
      for await (const batch of readInput(this.#session, file, { schema, storage, format })) {
        this.rows += batch.numRows;
        this.#session.progress.show(`${this.rows} rows read`);
        yield batch;
      }
    }
  }
}

function transactionOptions({ signal }: Session, options: CommitChoices): TransactionOptions {
  const { branch, stage, wapId, summary } = options;
  if (wapId !== undefined && stage !== true) throw new UsageError('--wap-id is for --stage; give both');
  return {
    signal,
    ...(branch !== undefined && { branch }),
    ...(stage === true && { stageOnly: true }),
    ...(wapId !== undefined && { wapId }),
    ...(summary !== undefined && { summary }),
  };
}

/** Prints what a commit did. */
export async function printCommit(
  session: Session,
  result: Pick<CommitResult, 'snapshotId' | 'sequenceNumber' | 'attempts'>,
  more: Readonly<Record<string, unknown>>,
  { format }: { readonly format?: OutputFormat },
): Promise<undefined> {
  const row = {
    snapshot_id: result.snapshotId,
    sequence_number: result.sequenceNumber,
    ...more,
    attempts: result.attempts,
  };
  session.progress.clear();
  await printRows(session.context.stdout, [row], Object.keys(row), format);
}
