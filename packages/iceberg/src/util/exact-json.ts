/**
 * JSON in which every integer is exact: those a double cannot hold are read as `bigint` and written back as they were.
 * Table metadata is full of random 64-bit ids, which a plain `JSON.parse` silently rounds.
 */

interface ReviverContext {
  source?: string;
}

const jsonWithRaw = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: ReviverContext) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/** Parses JSON text; unsafe integers become `bigint`. Throws `SyntaxError`. */
export function parseExactJson(text: string): unknown {
  return jsonWithRaw.parse(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

/** Prints a value as JSON; `bigint` becomes an integer literal. */
export function printExactJson(value: unknown, space?: number): string {
  return JSON.stringify(
    value,
    (_key, item) => (typeof item === 'bigint' ? jsonWithRaw.rawJSON(item.toString()) : item),
    space,
  );
}
