import type { Data } from 'apache-arrow';
import { keySource } from '../dedup/merge-key.js';
import { ChunkScanner } from '../flatten/chunk-scanner.js';
import { Flattener } from '../flatten/flattener.js';
import { KeyNode } from '../flatten/key-trie.js';
import { RowOrders } from '../flatten/row-orders.js';
import { RowScanner } from '../flatten/row-scanner.js';
import type { Utf8Column } from '../flatten/utf8-column.js';
import { CHUNK_ROWS } from '../flatten/value-chunk.js';
import { type OrderPlan, orderPlan } from '../order/order-plan.js';
import { type OrderReader, orderReaders } from '../order/order-reader.js';
import type { OrderValue } from '../order/order-value.js';
import { parsePath } from '../path/json-path.js';
import { loadPayloadHash, type PayloadHash } from '../payload-hash.js';
import { bytesAt } from '../standardize/raw-batch.js';
import { seenHash } from '../standardize/seen.js';
import { takeTextColumn } from '../tables/arrow.js';
import { BatchDiscovery } from './batch-discovery.js';
import {
  type BatchPlan,
  type EncodeRequest,
  type EncodeResult,
  ORDER_STATE,
  type OrderColumn,
  type ScanRequest,
  type ScanResult,
} from './batch-messages.js';
import { columnTexts } from './column-texts.js';
import { KeptBatch, type ScannedValues } from './kept-batch.js';
import { KeptColumn } from './kept-column.js';

/**
 * Looks into batches of RAW: checks every payload in full, picks up key and order values, and keeps the flattened
 * values until it is known which rows are written. Then it encodes those, so that no payload is scanned twice.
 */
export class BatchScanner {
  readonly #plan: BatchPlan;
  readonly #order: OrderPlan;
  readonly #readers: readonly OrderReader[];
  /** Path of the key, where it is one, then those of the order. */
  readonly #paths: readonly string[];
  readonly #hasPathKey: boolean;
  readonly #payloadHash: PayloadHash;
  readonly #discovery: BatchDiscovery;
  readonly #scanner: ChunkScanner;
  readonly #pathNodes: readonly KeyNode[];
  /** Columns that the table has, and those of paths deeper than columns go: nobody asks for their order. */
  readonly #settled: number;
  /** Checks what is not kept. */
  readonly #checker: Flattener;
  readonly #kept = new Map<number, KeptBatch>();

  private constructor(plan: BatchPlan, payloadHash: PayloadHash) {
    this.#plan = plan;
    this.#payloadHash = payloadHash;
    this.#order = orderPlan(plan.contract);
    this.#readers = orderReaders(this.#order);
    const key = keySource(plan.contract);
    this.#hasPathKey = key.kind === 'path';
    this.#paths = [...(key.kind === 'path' ? [key.path] : []), ...this.#order.paths];
    const { maxDepth, columns, contractPaths } = plan;
    const root = KeyNode.root();
    this.#discovery = new BatchDiscovery(plan);
    for (const path of contractPaths) root.reach(parsePath(path).slice(0, maxDepth)).governed = true;
    for (const { path } of columns) this.#discovery.column(root.reach(parsePath(path)));
    this.#pathNodes = this.#paths.map((path) => {
      const node = root.reach(parsePath(path));
      if (node.depth > maxDepth) this.#discovery.column(node);
      return node;
    });
    this.#settled = this.#discovery.columns.length;
    this.#scanner = new ChunkScanner({
      root,
      maxDepth,
      chunk: this.#discovery.chunk,
      general: new RowScanner(root, maxDepth, this.#discovery),
      columnOf: ({ column }) => (column instanceof KeptColumn ? column.number : -1),
    });
    this.#checker = new Flattener({ maxDepth });
  }

  static async create(plan: BatchPlan): Promise<BatchScanner> {
    return new BatchScanner(plan, await loadPayloadHash());
  }

  scan(request: ScanRequest): ScanResult {
    const values = request.keep ? this.#flatten(request) : this.#check(request);
    const { failures, paths, kept } = values;
    const { payloads } = request;
    const failed = Int32Array.from(failures, ({ row }) => row);
    const [key = null, ...order] = this.#hasPathKey ? paths : [null, ...paths];
    const batch = kept === null ? null : new KeptBatch(kept, payloads.length, key);
    if (batch !== null) this.#kept.set(request.id, batch);
    return {
      failures,
      failed: failures.length === 0 ? null : takeTextColumn(payloads, failed),
      key,
      order: order.map((texts, path) => this.#orderValues(texts!, path)),
      seenHashes: this.#seenHashes(request),
      kept: batch !== null,
      keptBytes: batch?.byteLength ?? 0,
    };
  }

  /** Encodes rows of a batch that was kept, and forgets it. */
  encode(request: EncodeRequest): EncodeResult {
    const kept = this.#kept.get(request.id);
    if (kept === undefined) throw new RangeError(`batch ${request.id} is not kept`);
    this.#kept.delete(request.id);
    const result = kept.encode(request, this.#plan);
    kept.free();
    return result;
  }

  /** Forgets what is kept, and gives its memory back. */
  close(): void {
    for (const kept of this.#kept.values()) kept.free();
    this.#kept.clear();
  }

  #flatten(request: ScanRequest): Scanned {
    const { payloads, rows } = request;
    const discovery = this.#discovery;
    discovery.drifts.length = 0;
    discovery.isOverfull = false;
    discovery.chunk.clear();
    const orders = new RowOrders(this.#settled);
    discovery.chunk.orders = orders;
    const failures: Failure[] = [];
    this.#scanner.begin(payloads);
    for (let first = 0; first < rows.length; first += CHUNK_ROWS) {
      this.#scanChunk(rows.subarray(first, first + CHUNK_ROWS), failures);
      discovery.takeUp(payloads.data);
    }
    const present = discovery.columns.filter(({ column }) => !column.isUnseen);
    const isKept = !discovery.isOverfull && !orders.isOverfull && isDense(request, present.length);
    const found = new Map<KeyNode, Data>();
    const columns: ScannedValues['columns'][number][] = [];
    for (const { node, column } of present) {
      if (!isKept && !this.#pathNodes.includes(node)) {
        column.drop();
        continue;
      }
      const { number } = column;
      const nullRows = Int32Array.from(column.nullRows);
      const data = column.finish(payloads.length);
      columns.push({ node, number, nullRows, data });
      found.set(node, data);
    }
    return {
      failures,
      paths: this.#pathNodes.map((node) => {
        const data = found.get(node);
        return data === undefined ? absent(payloads.length) : columnTexts(data);
      }),
      kept: isKept ? { columns, orders, drifts: discovery.drifts.slice() } : null,
    };
  }

  #scanChunk(rows: Int32Array, failures: Failure[]): void {
    const discovery = this.#discovery;
    const scanner = this.#scanner;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      const failure = scanner.scan(row);
      if (failure === null) {
        discovery.keepRow(row);
      } else {
        discovery.dropRow();
        failures.push(failure);
      }
    }
  }

  /** As {@link #flatten}, of rows whose values will not be kept. */
  #check({ payloads, rows }: ScanRequest): Scanned {
    const { failures, columns } = this.#checker.extract(payloads, this.#paths, rows);
    return { failures, paths: columns, kept: null };
  }

  #orderValues(texts: Utf8Column, path: number): OrderColumn {
    const read = this.#readers[path]!;
    const states = new Uint8Array(texts.length);
    const micros = new BigInt64Array(texts.length);
    const others = new Map<number, OrderValue>();
    for (let index = 0; index < texts.length; index++) {
      const bytes = bytesAt(texts, index);
      if (bytes === null) continue;
      const value = read(bytes);
      if (value === undefined) {
        states[index] = ORDER_STATE.invalid;
      } else if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
        states[index] = ORDER_STATE.micros;
        micros[index] = value;
      } else {
        states[index] = ORDER_STATE.other;
        others.set(index, value);
      }
    }
    return { states, micros, others };
  }

  #seenHashes({ payloads, journey }: ScanRequest): BigInt64Array | null {
    if (journey === null) return null;
    const hashes = new BigInt64Array(payloads.length);
    for (const [index, row] of journey.rows.entries()) {
      const messageId = bytesAt(journey.messageIds, index)!;
      hashes[row] = seenHash(messageId, bytesAt(payloads, row) ?? NO_BYTES, this.#payloadHash);
    }
    return hashes;
  }
}

type Failure = ScanResult['failures'][number];

const NO_BYTES = new Uint8Array(0);

interface Scanned {
  readonly failures: readonly Failure[];
  /** Per path of key and order. */
  readonly paths: readonly Utf8Column[];
  readonly kept: ScannedValues | null;
}

/** Whether a batch takes about as much memory by column as it does as payloads: every column has a place for every row. */
function isDense({ payloads, byteLength }: ScanRequest, columns: number): boolean {
  return columns * payloads.length * PLACE_BYTES <= Math.max(SMALL_BYTES, byteLength);
}

const PLACE_BYTES = 5;
const SMALL_BYTES = 1 << 20;

function absent(length: number): Utf8Column {
  return {
    length,
    data: new Uint8Array(0),
    offsets: new Int32Array(length + 1),
    validity: new Uint8Array((length + 7) >> 3),
  };
}
