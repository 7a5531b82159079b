/**
 * Properties that every table of ours is made with, and is given by maintenance where they are missing: each version of a
 * table's metadata names all of its snapshots, so that old versions of a table that is committed to every few minutes take
 * more room than its rows. Writers that honour them (Firehose, Spark) delete what leaves the log as they commit; ours leave
 * that to maintenance. Source: Apache Iceberg, "Configuration", write properties.
 *
 * @example await catalog.createTable(identifier, { schema, properties: { ...METADATA_RETENTION } });
 */
export const METADATA_RETENTION: Readonly<Record<string, string>> = {
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '20',
};

/**
 * What RAW tables are made with besides: their writer makes hundreds of snapshots a day, which nobody goes back to. Maintenance
 * keeps what a table that reads them may still need, however old. Milliseconds.
 */
export const RAW_RETENTION: Readonly<Record<string, string>> = {
  ...METADATA_RETENTION,
  'history.expire.max-snapshot-age-ms': String(24 * 60 * 60_000),
};
