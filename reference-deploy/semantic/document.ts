import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { Place } from '../contract/read-contracts.js';
import type { SemanticFault } from './fault.js';

/** Keys from the top of a document to a value. */
export type DocumentPath = readonly (string | number)[];

interface Places {
  /** Where the value at a path stands; for a text also some characters into it. */
  placeOf(path: DocumentPath, offset?: number): Place;
  /** Where a member's name stands. */
  placeOfKey(path: DocumentPath): Place;
  /** A scalar as it is spelled: of a number, more digits than its value may hold. */
  sourceOf(path: DocumentPath): string | null;
}

/** A document that its schema allows, and where in its text it says what. */
export interface PlacedDocument<T> extends Places {
  readonly file: string;
  readonly value: T;
}

interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** Far above any document that people write; below what aliases could blow up. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** A reader of JSON or YAML for documents of one JSON Schema; it gives `null`, with faults, where one is wrong. */
export function documentReader<T>(
  schema: object,
): (file: TextFile, faults: SemanticFault[]) => PlacedDocument<T> | null {
  let validate: ValidateFunction | undefined;
  return (file, faults) => {
    validate ??= new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
    return readDocument(file, validate, faults);
  };
}

function readDocument<T>(
  { file, text }: TextFile,
  validate: ValidateFunction,
  faults: SemanticFault[],
): PlacedDocument<T> | null {
  const refuse = (place: Place, message: string): null => {
    faults.push({ place, message });
    return null;
  };
  const top: Place = { file, line: 1, column: 1 };
  if (text.length > MOST_CHARACTERS) return refuse(top, `has more than ${MOST_CHARACTERS} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    return refuse(at(problem.pos[0]), `is neither JSON nor YAML that can be read: ${problem.message}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return refuse(top, (error as Error).message);
  }
  const places = placesOf(document, text, at, top);
  if (validate(value)) return { file, value: value as T, ...places };
  for (const error of validate.errors ?? [])
    if (error.keyword !== 'propertyNames') faults.push(schemaFault(error, places));
  return null;
}

function placesOf(
  document: ReturnType<typeof parseDocument>,
  text: string,
  at: (offset: number) => Place,
  top: Place,
): Places {
  const nodeAt = (path: DocumentPath): Node | null => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    return isNode(node) ? node : null;
  };
  const placeOf = (path: DocumentPath, offset = 0): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = nodeAt(path.slice(0, length));
      if (node?.range) return at(node.range[0] + (length === path.length ? shift(node, text, offset) : 0));
    }
    return top;
  };
  const placeOfKey = (path: DocumentPath): Place => {
    const parent = nodeAt(path.slice(0, -1));
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === String(path.at(-1)))
      : undefined;
    return isNode(pair?.key) && pair.key.range ? at(pair.key.range[0]) : placeOf(path);
  };
  const sourceOf = (path: DocumentPath): string | null => {
    const node = nodeAt(path);
    return isScalar(node) && typeof node.source === 'string' ? node.source : null;
  };
  return { placeOf, placeOfKey, sourceOf };
}

/** Characters into a text are characters into the file only where the text stands there as it is. */
function shift(node: Node, text: string, offset: number): number {
  if (!isScalar(node) || !node.range || typeof node.value !== 'string') return 0;
  const written = text.slice(node.range[0], node.range[1]);
  const start = written.indexOf(node.value);
  return start < 0 ? 0 : start + offset;
}

function schemaFault(error: ErrorObject, { placeOf, placeOfKey }: Places): SemanticFault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { params, keyword, propertyName, message = keyword } = error;
  if (propertyName !== undefined)
    return {
      place: placeOfKey([...path, propertyName]),
      message: `${propertyName} is no name: names are lower-case letters, digits and underscores, begin with a letter, and have at most 128`,
    };
  const name = path.length === 0 ? 'the document' : path.join('.');
  if (keyword === 'additionalProperties')
    return {
      place: placeOfKey([...path, params['additionalProperty']]),
      message: `${params['additionalProperty']} is not known here`,
    };
  if (keyword === 'required')
    return { place: placeOf(path), message: `${name} lacks "${params['missingProperty']}"` };
  if (keyword === 'enum')
    return { place: placeOf(path), message: `${name} must be one of ${params['allowedValues'].join(', ')}` };
  return { place: placeOf(path), message: `${name} ${message}` };
}
