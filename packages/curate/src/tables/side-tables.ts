import { ENVELOPE_COLUMNS, METADATA_RETENTION } from '@lean-ops/core';
import type { CreateTableOptions } from '@lean-ops/iceberg';
import { envelopeFields } from './own-columns.js';
import { FIRST_GENERATION, KEYS } from './properties.js';

/**
 * `standardized.{topic}_parse_errors`: every distinct RAW message whose payload is not a JSON object, whole.
 * `_error_id` is made of the message itself, so that a repetition is the same row.
 */
export function parseErrorsTableOptions(generation: string = FIRST_GENERATION): CreateTableOptions {
  return {
    schema: {
      fields: [
        { name: '_error_id', type: 'string', required: true },
        ...envelopeFields(ENVELOPE_COLUMNS),
        { name: 'reason', type: 'string', required: true, doc: 'why the payload is not a JSON object' },
        { name: 'byte_offset', type: 'long', required: true, doc: 'first byte that cannot be right' },
        { name: '_merge_key', type: 'string', required: true },
        { name: '_payload_hash', type: 'long', required: true },
        { name: '_updated_ts', type: 'timestamptz', required: true },
        { name: '_source_snapshot_id', type: 'long', required: true },
      ],
    },
    properties: { ...METADATA_RETENTION, [KEYS.generation]: generation },
  };
}

/**
 * `curated.{topic}_errors`: one row per version that failed the contract when Curated met it.
 * `row` is the Standardized row as a JSON object of path → text, sensitive columns masked as in Curated.
 */
export function errorsTableOptions(generation: string, contractVersion: string): CreateTableOptions {
  return {
    schema: {
      fields: [
        { name: '_error_id', type: 'string', required: true },
        { name: '_merge_key', type: 'string', required: true },
        { name: 'message_id', type: 'string', required: true },
        { name: '_payload_hash', type: 'long', required: true },
        { name: 'sqs_message_id', type: 'string', required: true },
        { name: 'ingestion_ts', type: 'timestamptz', required: true },
        {
          name: 'failures',
          type: {
            type: 'list',
            elementRequired: true,
            element: {
              type: 'struct',
              fields: [
                { name: 'column', type: 'string', required: true },
                { name: 'code', type: 'string', required: true },
                { name: 'message', type: 'string', required: true },
              ],
            },
          },
          required: true,
        },
        { name: 'row', type: 'string', required: true },
        { name: '_updated_ts', type: 'timestamptz', required: true },
        { name: '_schema_version', type: 'string', required: true },
        { name: '_source_snapshot_id', type: 'long', required: true },
      ],
    },
    properties: {
      ...METADATA_RETENTION,
      [KEYS.generation]: generation,
      [KEYS.reviewedContract]: contractVersion,
    },
  };
}
