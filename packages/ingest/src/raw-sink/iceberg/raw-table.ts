import { ENVELOPE_COLUMNS, RAW_RETENTION } from '@lean-ops/core';
import type { CreateTableOptions } from '@lean-ops/iceberg';

/**
 * How every RAW table is created: the envelope's columns, partitioned by the day of ingestion, so that late data
 * open no old partitions; few versions of the metadata, and a day of snapshots that nobody has to read any more. Source: docs/layer_definitions.md, "Tables".
 *
 * @example
 * await catalog.createTable({ namespace: 'raw', name: rawTableName('events') }, rawTableOptions());
 */
export function rawTableOptions(): CreateTableOptions {
  return {
    schema: { fields: ENVELOPE_COLUMNS.map(({ name, type, required }) => ({ name, type, required })) },
    partitionBy: ['day(ingestion_ts)'],
    formatVersion: 2,
    properties: RAW_RETENTION,
  };
}

/** Name of a topic's RAW table inside its namespace. */
export function rawTableName(topic: string): string {
  return `${topic}_staging`;
}
