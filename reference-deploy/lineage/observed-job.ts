import type { Clock, Logger } from '@lean-ops/core';
import type { JobOptions, LayerNames, RunReport } from '@lean-ops/curate';
import type { Catalog, Table } from '@lean-ops/iceberg';
import type { LineageEmitter } from './lineage-emitter.js';
import {
  type Dataset,
  datasetName,
  type EventType,
  facet,
  ownFacet,
  runEvent,
  uuidOf,
} from './open-lineage.js';

export interface LineageDependencies {
  readonly emitter: LineageEmitter;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the jobs belong: `{project}-{environment}`, say. */
  readonly namespace: string;
  readonly names?: Partial<LayerNames>;
}

/** Rows that a job wrote. */
export interface Counts {
  readonly inserted: number;
  readonly updated: number;
}

/** A job and the layers it goes between. */
export interface ObservedJob<Report> {
  readonly run: (options: JobOptions) => Promise<Report>;
  readonly from: 'raw' | 'standardized';
  readonly to: 'standardized' | 'curated';
}

/**
 * The same job, telling OpenLineage when it starts and how it ends: `COMPLETE` with the tables, their schemas, versions
 * and row counts, `FAIL` with the error, `RUNNING` where it hands over to the next invocation. A lineage server that is
 * down is logged and changes nothing.
 */
export function observedJob<Report extends RunReport & Counts>(
  { run, from, to }: ObservedJob<Report>,
  { emitter, catalog, clock, logger, namespace, names = {} }: LineageDependencies,
): (options: JobOptions) => Promise<Report> {
  const loaded = async (layer: 'raw' | 'standardized' | 'curated', topic: string): Promise<Table | null> => {
    const name = layer === 'raw' ? `${topic}_staging` : topic;
    return catalog.loadTable({ namespace: names[layer] ?? layer, name }).catch(() => null);
  };
  return async (options) => {
    const { topic, runId } = options;
    const tell = async (
      eventType: EventType,
      ended?: { report?: Report; error?: unknown },
    ): Promise<void> => {
      try {
        const [source, target] = [await loaded(from, topic), await loaded(to, topic)];
        const { report, error } = ended ?? {};
        const event = runEvent(
          {
            eventType,
            job: { namespace, name: `${topic}.${to}` },
            run: {
              runId: uuidOf(`${namespace}/${runId}/${to}`),
              facets: {
                parent: facet('ParentRunFacet', {
                  run: { runId: uuidOf(`${namespace}/${roundOf(runId, topic)}`) },
                  job: { namespace, name: 'master-pipeline-orchestrator' },
                }),
                ...(report === undefined ? {} : { leanOps: ownFacet(countsOf(report)) }),
                ...(error === undefined ? {} : { errorMessage: errorFacet(error) }),
              },
            },
            inputs: source === null ? [] : [inputOf(source, report)],
            outputs: target === null ? [] : [outputOf(target, report)],
          },
          clock.now(),
        );
        await emitter.emit(event);
      } catch (cause) {
        logger.warn('a lineage event was not sent', { topic, runId, eventType, error: cause });
      }
    };
    // The job does not wait for it.
    const started = tell('START');
    try {
      const report = await run(options);
      await started;
      await tell(report.finished ? 'COMPLETE' : 'RUNNING', { report });
      return report;
    } catch (error) {
      await started;
      await tell('FAIL', { error });
      throw error;
    }
  };
}

/** A run is named after its round and its topic. */
function roundOf(runId: string, topic: string): string {
  return runId.endsWith(`.${topic}`) ? runId.slice(0, -topic.length - 1) : runId;
}

function inputOf(table: Table, report: RunReport | undefined): Dataset {
  const rows =
    report === undefined ? null : facet('InputStatisticsInputDatasetFacet', { rowCount: report.rowsRead });
  return { ...datasetOf(table), ...(rows === null ? {} : { inputFacets: { inputStatistics: rows } }) };
}

function outputOf(table: Table, report: Counts | undefined): Dataset {
  if (report === undefined) return datasetOf(table);
  const rowCount = report.inserted + report.updated;
  const rows = facet('OutputStatisticsOutputDatasetFacet', { rowCount });
  return { ...datasetOf(table), outputFacets: { outputStatistics: rows } };
}

function datasetOf(table: Table): Dataset {
  const { namespace, name } = table.identifier;
  const symlink = { namespace: 'iceberg', name: `${[namespace].flat().join('.')}.${name}`, type: 'TABLE' };
  const snapshot = table.currentSnapshot();
  return {
    ...datasetName(table.location),
    facets: {
      schema: facet('SchemaDatasetFacet', {
        fields: table.schema().fields.map((field) => ({
          name: field.name,
          type: typeof field.type === 'string' ? field.type : field.type.type,
          ...(field.doc === undefined ? {} : { description: field.doc }),
        })),
      }),
      symlinks: facet('SymlinksDatasetFacet', { identifiers: [symlink] }),
      ...(snapshot === null
        ? {}
        : { version: facet('DatasetVersionDatasetFacet', { datasetVersion: String(snapshot.snapshotId) }) }),
    },
  };
}

function countsOf(report: RunReport): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(report).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );
}

function errorFacet(error: unknown): ReturnType<typeof facet> {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return facet('ErrorMessageRunFacet', { message, programmingLanguage: 'TypeScript' });
}
