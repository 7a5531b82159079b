import {
  type Json,
  type JsonRecord,
  longField,
  numberField,
  optional,
  restOf,
  textField,
  textMapField,
} from '../metadata/json-fields.js';
import type { Snapshot, SnapshotOperation } from './snapshot.js';

const KNOWN_KEYS = [
  'snapshot-id',
  'parent-snapshot-id',
  'sequence-number',
  'timestamp-ms',
  'summary',
  'manifest-list',
  'schema-id',
  'first-row-id',
  'added-rows',
  'key-id',
];

export function snapshotFromJson(json: JsonRecord): Snapshot {
  const { operation, ...summary } = textMapField(json, 'summary');
  const extra = restOf(json, KNOWN_KEYS);
  const parent = json['parent-snapshot-id'];
  return {
    snapshotId: longField(json, 'snapshot-id'),
    parentSnapshotId:
      parent === undefined || parent === null || parent === -1 ? null : longField(json, 'parent-snapshot-id'),
    sequenceNumber: json['sequence-number'] === undefined ? 0n : longField(json, 'sequence-number'),
    timestampMs: numberField(json, 'timestamp-ms'),
    operation: (operation ?? 'append') as SnapshotOperation,
    summary,
    // Version 1 allowed the manifests to be listed in place; they then stand in `extra`.
    manifestList: json['manifest-list'] === undefined ? '' : textField(json, 'manifest-list'),
    schemaId:
      json['schema-id'] === undefined || json['schema-id'] === null ? null : numberField(json, 'schema-id'),
    ...optional('firstRowId', json['first-row-id'], () => longField(json, 'first-row-id')),
    ...optional('addedRows', json['added-rows'], () => longField(json, 'added-rows')),
    ...optional('keyId', json['key-id'], () => textField(json, 'key-id')),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

export function snapshotToJson(snapshot: Snapshot): Json {
  return {
    'sequence-number': snapshot.sequenceNumber,
    'snapshot-id': snapshot.snapshotId,
    ...(snapshot.parentSnapshotId === null ? {} : { 'parent-snapshot-id': snapshot.parentSnapshotId }),
    'timestamp-ms': snapshot.timestampMs,
    summary: { operation: snapshot.operation, ...snapshot.summary },
    ...(snapshot.manifestList === '' ? {} : { 'manifest-list': snapshot.manifestList }),
    ...(snapshot.schemaId === null ? {} : { 'schema-id': snapshot.schemaId }),
    ...(snapshot.firstRowId === undefined ? {} : { 'first-row-id': snapshot.firstRowId }),
    ...(snapshot.addedRows === undefined ? {} : { 'added-rows': snapshot.addedRows }),
    ...(snapshot.keyId === undefined ? {} : { 'key-id': snapshot.keyId }),
    ...snapshot.extra,
  };
}
