import { IcebergError } from '../../error.js';
import type { Table } from '../../table/table.js';
import { writeProperties } from '../../transaction/write-properties.js';
import type { CompactOptions } from './compact-types.js';

const DEFAULT_GROUP_BYTES = 100 * 1024 ** 3;

/** The numbers a compaction goes by. */
export interface CompactSettings {
  targetFileBytes: number;
  minFileBytes: number;
  maxFileBytes: number;
  minInputFiles: number;
  deleteFileThreshold: number;
  deleteRatioThreshold: number;
  maxGroupBytes: number;
  maxCommits: number;
  rewriteAll: boolean;
}

/** Options with their defaults. Throws `INVALID_ARGUMENT`. */
export function compactSettings(table: Table, options: CompactOptions): CompactSettings {
  const configured = writeProperties(table.properties);
  const { targetFileBytes = configured.targetFileBytes } = options;
  const settings: CompactSettings = {
    targetFileBytes,
    minFileBytes: options.minFileBytes ?? Math.floor(targetFileBytes * 0.75),
    maxFileBytes: options.maxFileBytes ?? Math.ceil(targetFileBytes * 1.8),
    minInputFiles: options.minInputFiles ?? 5,
    deleteFileThreshold: options.deleteFileThreshold ?? Number.POSITIVE_INFINITY,
    deleteRatioThreshold: options.deleteRatioThreshold ?? 0.3,
    maxGroupBytes:
      options.maxGroupBytes ?? (options.strategy === 'sort' ? targetFileBytes : DEFAULT_GROUP_BYTES),
    maxCommits: options.maxCommits ?? 10,
    rewriteAll: options.rewriteAll ?? false,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'boolean' || value > 0 || (name === 'minFileBytes' && value === 0)) continue;
    throw invalid(`${name} is ${value}; it must be a positive number.`, { [name]: value });
  }
  const { minFileBytes, maxFileBytes } = settings;
  if (minFileBytes <= targetFileBytes && targetFileBytes <= maxFileBytes) return settings;
  throw invalid(
    `The target file size ${targetFileBytes} must lie between minFileBytes ${minFileBytes} and maxFileBytes ${maxFileBytes}: files written would be chosen again.`,
    { targetFileBytes, minFileBytes, maxFileBytes },
  );
}

function invalid(message: string, context: Record<string, unknown>): IcebergError {
  return new IcebergError(message, { code: 'INVALID_ARGUMENT', context });
}
