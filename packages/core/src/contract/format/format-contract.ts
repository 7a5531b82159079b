import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isMap,
  isScalar,
  type Pair,
  parseDocument,
  type ScalarTag,
  type Tags,
  visit,
  type YAMLMap,
} from 'yaml';
import topicContractSchema from '../../../schema/topic-contract.schema.json' with { type: 'json' };
import { CoreError } from '../../error.js';
import { readDocument } from '../document.js';
import { isOpenApi } from '../openapi/parse-openapi.js';
import { jsonText } from './json-text.js';

const WIDTH = 110;
const ORDER = Object.keys(topicContractSchema.properties);
const COLUMN_ORDER = Object.keys(topicContractSchema.$defs.column.properties);

/**
 * A contract's text in its one form: members in the order of the published JSON Schema, two blanks of indent, numbers
 * as they are spelled. Columns and lists keep their order, YAML keeps its comments. JSON stays JSON. What the text says is
 * not checked, beyond that it can be read.
 *
 * @returns null for a document that is no contract but an OpenAPI document: that has an order of its own.
 * @throws {CoreError} `CONTRACT_UNREADABLE`.
 * @example
 * formatContract('{"columns":{"id":{"type":"string"}},"topic":"orders"}', { path: 'orders.json' });
 */
export function formatContract(text: string, { path }: { readonly path: string }): string | null {
  const { value } = readDocument(text, path);
  if (isOpenApi(value)) return null;
  const document = parseDocument(text, { intAsBigInt: true, uniqueKeys: false, customTags: asSpelled });
  // Sorting could bring an alias before what it stands for.
  if (!hasAliases(document)) sortContract(document);
  const formatted = isJson(text) ? jsonText(document, WIDTH) : yamlText(document);
  if (isDeepStrictEqual(readDocument(formatted, path).value, value)) return formatted;
  throw new CoreError(`${path}: the contract cannot be formatted without a change of what it says`, {
    code: 'CONTRACT_UNREADABLE',
    context: { path, line: 1, column: 1, reason: 'it cannot be formatted without a change of what it says' },
  });
}

/** Exponents as they were spelled: on its own the library writes `1e3` as `1e+3`. */
function asSpelled(tags: Tags): Tags {
  return tags.map((tag) =>
    typeof tag === 'object' && (tag as ScalarTag).format === 'EXP'
      ? ({ ...tag, stringify: ({ source }) => source ?? '' } as ScalarTag)
      : tag,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function yamlText(document: Document): string {
  return document.toString({ indent: 2, lineWidth: WIDTH, flowCollectionPadding: true, indentSeq: true });
}

function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function sortContract({ contents }: Document): void {
  if (!isMap(contents)) return;
  sortMembers(contents, ORDER);
  const columns = contents.get('columns');
  if (!isMap(columns)) return;
  for (const { value } of columns.items) if (isMap(value)) sortMembers(value, COLUMN_ORDER);
}

/** Members that the order does not know stay behind the others, as they stood. */
function sortMembers(map: YAMLMap, order: readonly string[]): void {
  const rank = ({ key }: Pair): number => {
    const place = order.indexOf(String(isScalar(key) ? key.value : key));
    return place === -1 ? order.length : place;
  };
  const [first] = map.items;
  // A comment above the first member is the map's: it goes where the member goes.
  if (
    first !== undefined &&
    isScalar(first.key) &&
    map.commentBefore &&
    map.items.some((item) => rank(item) < rank(first))
  ) {
    first.key.commentBefore = map.commentBefore;
    map.commentBefore = null;
  }
  map.items.sort((left, right) => rank(left) - rank(right));
}
