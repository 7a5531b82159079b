import { CoreError } from '../error.js';
import { semanticFaults } from './checks.js';
import type { TopicContract } from './contract.js';
import { sameDecimal } from './decimal-text.js';
import { type ContractDocument, type DocumentPath, readDocument } from './document.js';
import { type Fault, schemaFaults } from './schema.js';

export interface ParseContractOptions {
  /** Name of the file, for messages. A name that ends in `.json` must hold JSON. */
  readonly path: string;
}

/** One thing wrong with a contract. */
export interface ContractFinding {
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
 * Reads a topic contract from JSON or YAML and checks it whole.
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
  positionOf(path: readonly (string | number)[]): { readonly line: number; readonly column: number };
}

/** As {@link parseContract}, with positions: to say of a finding where it stands. */
export function parseContractDocument(text: string, options: ParseContractOptions): ParsedContract {
  const document = readDocument(text, options.path);
  const faults = schemaFaults(document.value);
  if (faults.length === 0) {
    faults.push(...lostDigits(document), ...semanticFaults(document.value as TopicContract));
  }
  if (faults.length > 0)
    throw invalid(
      options.path,
      faults.map((fault) => findingOf(document, fault)),
    );
  const { $schema: _schema, ...contract } = document.value as TopicContract & { $schema?: string };
  return { contract, positionOf: (path) => document.positionOf(path) };
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
    return `${file}:${finding.line}:${finding.column}: ${finding.path} (${value}): ${finding.reason}`;
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
