/**
 * JSON of a row's value, with nothing rounded: a `bigint` is a number with all its digits, bytes are base64, what JSON
 * has no number for (`NaN`, infinities) is a text, and a negative zero keeps its sign. A `Map` is an object whose keys
 * are written as texts; where a key is itself a structure, a list of `{"key": …, "value": …}`.
 */
export function jsonText(value: unknown, indent?: number): string {
  const text = exactText(value);
  if (indent === undefined) return text;
  // Numbers are kept as they are written, not as a double holds them.
  return JSON.stringify(parseRaw(text), null, indent);
}

// In every supported Node; not yet in TypeScript's library.
const exactJson = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};

function parseRaw(text: string): unknown {
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? exactJson.rawJSON(source) : value,
  );
}

function exactText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : structureText(value);
    default:
      return 'null';
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function structureText(value: object): string {
  if (value instanceof Uint8Array) return `"${base64Text(value)}"`;
  if (Array.isArray(value)) return `[${value.map(exactText).join(',')}]`;
  if (value instanceof Map) return mapText(value);
  if (value instanceof Date) return JSON.stringify(value);
  let text = '';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${exactText(member)}`;
  }
  return `{${text}}`;
}

function mapText(map: ReadonlyMap<unknown, unknown>): string {
  const entries = [...map];
  const plain = entries.every(([key]) => typeof key !== 'object' || key instanceof Uint8Array);
  if (!plain) return `[${entries.map(([key, value]) => structureText({ key, value })).join(',')}]`;
  return `{${entries.map(([key, value]) => `${JSON.stringify(keyText(key))}:${exactText(value)}`).join(',')}}`;
}

function keyText(key: unknown): string {
  if (key instanceof Uint8Array) return base64Text(key);
  return typeof key === 'number' && Number.isFinite(key) ? numberText(key) : String(key);
}

function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
