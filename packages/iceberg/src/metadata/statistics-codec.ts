import {
  type Json,
  type JsonRecord,
  longField,
  recordsField,
  textField,
  unknownKeys,
} from './json-fields.js';
import type { StatisticsFile } from './table-metadata.js';

const KNOWN_KEYS = ['snapshot-id', 'statistics-path', 'file-size-in-bytes'];

/** Reads the files of table or partition statistics. Throws `INVALID_METADATA`. */
export function readStatistics(json: JsonRecord, key: string): StatisticsFile[] {
  return recordsField(json, key).map((file) => ({
    snapshotId: longField(file, 'snapshot-id'),
    statisticsPath: textField(file, 'statistics-path'),
    fileSizeInBytes: longField(file, 'file-size-in-bytes'),
    ...unknownKeys(file, KNOWN_KEYS),
  }));
}

export function statisticsToJson(file: StatisticsFile): Json {
  return {
    'snapshot-id': file.snapshotId,
    'statistics-path': file.statisticsPath,
    'file-size-in-bytes': file.fileSizeInBytes,
    ...file.extra,
  };
}
