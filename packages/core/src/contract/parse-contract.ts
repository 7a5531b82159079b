import { CoreError } from '../error.js';
import { semanticFaults } from './checks.js';
import type { TopicContract } from './contract.js';
import { sameDecimal } from './decimal-text.js';
import { type ContractDocument, type DocumentPath, readDocument } from './document.js';
import { buildOpenApiContract, isOpenApi, type OpenApiSources } from './openapi/parse-openapi.js';
import { type Fault, schemaFaults } from './schema.js';

export interface ParseContractOptions {
  /** Name of the file, for messages. A name that ends in `.json` must hold JSON. */
  readonly path: string;
  /** What belongs to an OpenAPI document besides its text. Without it, OpenAPI documents are refused. */
  readonly openApi?: OpenApiSources;
}

/** One thing wrong with a contract. */
export interface ContractFinding {
  /** Where it is another file than the contract's: a metadata document, or one that a `$ref` names. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** Where in the document, such as `columns.amount.type`. */
  readonly path: string;
  readonly value: unknown;
  readonly reason: string;
}

const MESSAGE_FINDINGS = 10;

/**
 * Reads a topic contract from JSON or YAML and checks it whole. An OpenAPI 3.0 or 3.1 document is a contract too, given
 * its metadata document and a way to read what it refers to.
 *
 * The JSON Schema is published with the package as `schema/topic-contract.schema.json`; beyond it, types,
 * references and the fit of each check to its column are checked. Source: docs/layer_definitions.md, "Contract".
 *
 * @throws {CoreError} `CONTRACT_UNREADABLE` when the text cannot be read or gives a key twice;
 * `CONTRACT_INVALID` when it says something impossible. The message names file, line, column, path, value and
 * reason of every finding (the first ten); `context.findings` holds all as {@link ContractFinding}.
 * @example
 * const contract = parseContract(await readFile(path, 'utf8'), { path });
 */
export function parseContract(text: string, options: ParseContractOptions): TopicContract {
  return parseContractDocument(text, options).contract;
}

/** A contract, and where in its text it says what. */
export interface ParsedContract {
  readonly contract: TopicContract;
  /** Line and column, counted from 1, of the value at a path, or of the nearest thing around it. */
  positionOf(path: readonly (string | number)[]): ContractPosition;
}

/** Where something stands, counted from 1. */
export interface ContractPosition {
  readonly line: number;
  readonly column: number;
  /** Where it is another file than the contract's. */
  readonly file?: string;
}

/** As {@link parseContract}, with positions: to say of a finding where it stands. */
export function parseContractDocument(
  text: string,
  { path, openApi = { metadata: null, load: () => null } }: ParseContractOptions,
): ParsedContract {
  const document = readDocument(text, path);
  if (isOpenApi(document.value)) return openApiContract(path, document, openApi);
  const faults = schemaFaults(document.value);
  if (faults.length === 0) {
    faults.push(...lostDigits(document), ...semanticFaults(document.value as TopicContract));
  }
  if (faults.length > 0)
    throw invalid(
      path,
      faults.map((fault) => findingOf(document, fault)),
    );
  const { $schema: _schema, ...contract } = document.value as TopicContract & { $schema?: string };
  return { contract, positionOf: (place) => document.positionOf(place) };
}

/** The same checks on what the documents of the OpenAPI form add up to, tied to where each thing is said. */
function openApiContract(path: string, document: ContractDocument, sources: OpenApiSources): ParsedContract {
  const built = buildOpenApiContract(path, document, sources);
  if (!('contract' in built)) throw invalid(path, built);
  const { contract, placeOf } = built;
  const positionOf = (place: DocumentPath): ContractPosition => {
    const { source, path: inside, atKey = false } = placeOf(place);
    const { positionOf: ofValue, positionOfKey } = source.document;
    return { file: source.file, ...(atKey ? positionOfKey(inside) : ofValue(inside)) };
  };
  const faults = schemaFaults(contract);
  if (faults.length === 0) faults.push(...semanticFaults(contract as TopicContract));
  if (faults.length === 0) return { contract: contract as TopicContract, positionOf };
  throw invalid(
    path,
    faults.map((fault) => ({
      ...positionOf(fault.path),
      path: pathText(fault.path),
      value: valueAt(contract, fault),
      reason: fault.reason,
    })),
  );
}

/** A number that a double cannot hold would be another number by the time it is checked against. */
function lostDigits(document: ContractDocument): Fault[] {
  const { columns } = document.value as TopicContract;
  return Object.keys(columns).flatMap((name) =>
    (['min', 'max', 'default'] as const).flatMap((field) => {
      const value = columns[name]![field];
      const path: DocumentPath = ['columns', name, field];
      if (typeof value !== 'number') return [];
      const source = document.sourceOf(path);
      if (source === null || /^0[xo]/.test(source)) return [];
      return sameDecimal(source, String(value))
        ? []
        : [{ path, reason: `is written ${source}, which a number cannot hold exactly: put it in quotes` }];
    }),
  );
}

function findingOf(document: ContractDocument, fault: Fault): ContractFinding {
  const position = fault.atKey ? document.positionOfKey(fault.path) : document.positionOf(fault.path);
  return {
    ...position,
    path: pathText(fault.path),
    value: valueAt(document.value, fault),
    reason: fault.reason,
  };
}

function valueAt(root: unknown, fault: Fault): unknown {
  if (fault.atKey) return fault.path.at(-1);
  let value: unknown = root;
  for (const key of fault.path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}

function pathText(path: DocumentPath): string {
  return path.length === 0 ? '(top)' : path.join('.');
}

function invalid(file: string, findings: readonly ContractFinding[]): CoreError {
  const lines = findings.slice(0, MESSAGE_FINDINGS).map((finding) => {
    const value = shorten(JSON.stringify(finding.value) ?? 'nothing');
    return `${finding.file ?? file}:${finding.line}:${finding.column}: ${finding.path} (${value}): ${finding.reason}`;
  });
  const more = findings.length - lines.length;
  return new CoreError([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), {
    code: 'CONTRACT_INVALID',
    context: { path: file, findings },
  });
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
