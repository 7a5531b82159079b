import { type Document, isMap, isScalar, isSeq } from 'yaml';

/** A document as JSON: what fits into a line stands in one, below the first two levels. Numbers keep their spelling. */
export function jsonText({ contents }: Document, width: number): string {
  return `${spelled(contents, { indent: '', before: 0, level: 0, width })}\n`;
}

interface Place {
  readonly indent: string;
  /** Characters before the value in its line. */
  readonly before: number;
  readonly level: number;
  readonly width: number;
}

/** Levels whose objects always have a line per member: the contract and its columns. */
const OPEN_LEVELS = 2;

function spelled(node: unknown, place: Place): string {
  const isObject = isMap(node);
  if (!isObject && !isSeq(node)) return scalarText(node);
  const line = oneLine(node);
  const fits = place.indent.length + place.before + line.length < place.width;
  if (fits && !(isObject && place.level < OPEN_LEVELS && node.items.length > 0)) return line;
  const indent = `${place.indent}  `;
  const inner = { ...place, indent, level: place.level + 1 };
  const items = isObject
    ? node.items.map(({ key, value }) => {
        const name = `${scalarText(key)}: `;
        return `${indent}${name}${spelled(value, { ...inner, before: name.length })}`;
      })
    : node.items.map((item) => `${indent}${spelled(item, { ...inner, before: 0 })}`);
  const [open, close] = isObject ? ['{', '}'] : ['[', ']'];
  return `${open}\n${items.join(',\n')}\n${place.indent}${close}`;
}

function oneLine(node: unknown): string {
  if (isMap(node)) {
    const members = node.items.map(({ key, value }) => `${scalarText(key)}: ${oneLine(value)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return isSeq(node) ? `[${node.items.map(oneLine).join(', ')}]` : scalarText(node);
}

function scalarText(node: unknown): string {
  if (!isScalar(node)) return 'null';
  const { value, source } = node;
  if ((typeof value === 'number' || typeof value === 'bigint') && source !== undefined) return source;
  return JSON.stringify(value);
}
