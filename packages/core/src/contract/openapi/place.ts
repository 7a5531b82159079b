import type { ContractDocument, DocumentPath } from '../document.js';

/** A document that belongs to a contract: the OpenAPI document, one it refers to, or its metadata. */
export interface SourceDocument {
  /** As it is named to people. */
  readonly file: string;
  /** From the folder of the OpenAPI document, with `/`. */
  readonly path: string;
  readonly document: ContractDocument;
}

/** A value, or a member's name, in one of the documents. */
export interface Place {
  readonly source: SourceDocument;
  readonly path: DocumentPath;
  readonly atKey?: boolean;
}

/** What a document says, and where. */
export interface Said<Value> {
  readonly value: Value;
  readonly at: Place;
}

/** The same text for the same place. */
export function placeId({ source, path }: Place): string {
  return `${source.path}#${path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

export function below({ source, path }: Place, ...keys: (string | number)[]): Place {
  return { source, path: [...path, ...keys] };
}

/** The value at a place, undefined where there is none. */
export function valueAt({ source, path }: Place): unknown {
  let value: unknown = source.document.value;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
