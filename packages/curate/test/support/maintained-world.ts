import type { ManualClock } from '@lean-ops/core';
import {
  type MaintainedTable,
  type MaintainOptions,
  type MaintenancePolicy,
  type MaintenanceReport,
  maintainTable,
  planMaintenance,
  type TableMaintenance,
} from '@lean-ops/curate';
import { MemoryCatalog, MemoryStorage } from '@lean-ops/iceberg';
import { TOPIC, World } from './world.js';

export const HOUR_MS = 60 * 60_000;

/** Everything that can be done is done: no snapshot is too young, no pair of files too few. */
const EAGER = {
  snapshotAgeMs: 0,
  minInputFiles: 2,
  deleteFileThreshold: 1,
  maxManifests: 2,
  orphanAgeMs: HOUR_MS,
  orphanEveryDays: 1,
};

/** A world whose snapshots and files are as old as its clock says, with a topic that is maintained. */
export class MaintainedWorld extends World {
  readonly storage: MemoryStorage;

  constructor() {
    // The clock is the world's own, which is there by the time anything is written.
    const clock: { own?: ManualClock } = {};
    const now = (): number => clock.own!.now();
    const storage = new MemoryStorage({ now });
    super(new MemoryCatalog({ now, storage }));
    clock.own = this.clock;
    this.storage = storage;
  }

  async maintain(
    table: MaintainedTable,
    options: Partial<MaintainOptions> = {},
  ): Promise<MaintenanceReport | null> {
    // Whatever is under way ends within an hour: what a crash left behind is old enough to go.
    this.clock.advance(2 * HOUR_MS);
    const { catalog, clock, fencingToken, outbox, runId } = this.job({});
    return await maintainTable({
      catalog,
      topic: TOPIC,
      table,
      hasContract: true,
      clock,
      fencingToken,
      outbox,
      runId,
      policy: EAGER,
      ...options,
    });
  }

  async plan(policy: MaintenancePolicy = EAGER): Promise<TableMaintenance[]> {
    this.clock.advance(2 * HOUR_MS);
    const { catalog, clock } = this;
    return await planMaintenance({ catalog, topic: TOPIC, hasContract: true, clock, policy });
  }
}
