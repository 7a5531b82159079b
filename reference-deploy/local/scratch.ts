import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from '@lean-ops/curate';
import { FolderStorage } from '@lean-ops/iceberg';

/** Where a reconciliation keeps what memory should not hold; the folder is made when something is written. */
export function temporaryScratch(topic: string): Scratch {
  return { storage: new FolderStorage(), location: join(tmpdir(), 'lean-ops-reconcile', topic) };
}
