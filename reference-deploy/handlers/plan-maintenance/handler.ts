import type { Clock, Metrics, StateStore } from '@lean-ops/core';
import {
  type LayerNames,
  type MaintainedTable,
  type MaintenancePolicy,
  planMaintenance,
} from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { handOverOf, type Invocation } from '../shared/invocation.js';
import { asTask, textField } from '../shared/task.js';

export interface PlanMaintenanceDependencies {
  readonly state: Pick<StateStore, 'topics'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly names?: Partial<LayerNames>;
  readonly policy?: MaintenancePolicy;
}

export interface PlanMaintenanceInput {
  readonly topic_name: string;
}

export interface PlanMaintenanceResult {
  /** Tables that need something, in the order in which it is to be done. */
  readonly tables: readonly {
    readonly table: MaintainedTable;
    readonly files_to_rewrite: number;
    readonly snapshots_to_expire: number;
  }[];
}

/**
 * What the tables of one topic need. A topic that is not registered, or is being rebuilt, needs nothing; one that is paused is kept as it
 * is, with every snapshot and file that may tell what happened.
 */
export function createHandler(
  dependencies: PlanMaintenanceDependencies,
): (input: PlanMaintenanceInput, invocation?: Invocation) => Promise<PlanMaintenanceResult> {
  const { state, catalog, clock, metrics, names, policy } = dependencies;
  return (input, invocation) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const row = await state.topics.get(topic);
      if (row === null || row.state !== 'enabled') return { tables: [] };
      const signal = handOverOf(invocation).handOver?.signal;
      const plans = await planMaintenance({
        catalog,
        topic,
        hasContract: row.contractVersion !== null,
        clock,
        ...(names === undefined ? {} : { names }),
        ...(policy === undefined ? {} : { policy }),
        ...(signal === undefined ? {} : { signal }),
      });
      for (const plan of plans) {
        metrics.add('SmallFiles', plan.filesToRewrite, 'Count', { topic, layer: plan.table });
      }
      return {
        tables: plans
          .filter(({ isNeeded }) => isNeeded)
          .map(({ table, filesToRewrite, snapshotsToExpire }) => ({
            table,
            files_to_rewrite: filesToRewrite,
            snapshots_to_expire: snapshotsToExpire,
          })),
      };
    });
}
