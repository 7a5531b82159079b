import {
  type Json,
  type JsonRecord,
  numberField,
  recordsField,
  textField,
  unknownKeys,
} from '../metadata/json-fields.js';
import { sourceIdJson, sourceIdOf } from '../partition/partition-spec-codec.js';
import type { SortOrder } from './sort-order.js';

const ORDER_KEYS = ['order-id', 'fields'];
const FIELD_KEYS = ['transform', 'source-id', 'direction', 'null-order'];

/** Reads one sort order (spec, Appendix C, "Sort Orders"). Throws `INVALID_METADATA`. */
export function readSortOrder(json: JsonRecord): SortOrder {
  return {
    orderId: numberField(json, 'order-id'),
    fields: recordsField(json, 'fields').map((field) => ({
      transform: textField(field, 'transform'),
      sourceId: sourceIdOf(field),
      direction: textField(field, 'direction'),
      nullOrder: textField(field, 'null-order'),
      ...unknownKeys(field, FIELD_KEYS),
    })),
    ...unknownKeys(json, ORDER_KEYS),
  };
}

export function printSortOrder(order: SortOrder): Json {
  return {
    'order-id': order.orderId,
    fields: order.fields.map((field) => ({
      transform: field.transform,
      ...(sourceIdJson(field) as object),
      direction: field.direction,
      'null-order': field.nullOrder,
      ...field.extra,
    })),
    ...order.extra,
  };
}
