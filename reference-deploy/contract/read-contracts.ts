import { posix } from 'node:path';
import { CoreError } from '@lean-ops/core';
import {
  type ContractFinding,
  type OpenApiSources,
  type ParsedContract,
  parseContractDocument,
} from '@lean-ops/core/contract';
import type { ContractFile } from './contract-files.js';
import { uncompilable } from './uncompilable.js';

/** A place in a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A document that is no contract, or two that cannot both be. */
export interface DocumentFault {
  readonly rule: 'CONTRACT_UNREADABLE' | 'CONTRACT_INVALID' | 'TOPIC_TWICE';
  readonly message: string;
  readonly place: Place;
}

/** A contract and the document that says it. */
export interface ReadContract {
  readonly file: string;
  /** `positionOf` names a file where it is another one than `file`. */
  readonly document: ParsedContract;
}

export interface ReadContracts {
  readonly contracts: ReadonlyMap<string, ReadContract>;
  readonly faults: readonly DocumentFault[];
  /** Contracts by their text, where that is all there is to them: the same text is not read twice. */
  readonly byText: ReadonlyMap<string, ParsedContract>;
}

interface ReadContractsOptions {
  /** The jobs run under them: only what cannot be read is wrong with them. */
  readonly live?: boolean;
  /** What was read before. */
  readonly known?: ReadContracts['byText'];
}

/**
 * The contracts among documents, by topic, and what is wrong with the others. A document that an OpenAPI document refers
 * to is part of that one.
 */
export function readContracts(
  files: readonly ContractFile[],
  { live = false, known = new Map() }: ReadContractsOptions = {},
): ReadContracts {
  const contracts = new Map<string, ReadContract>();
  const reading: Reading = { live, known, byText: new Map(), referred: new Set(), faults: [] };
  for (const contractFile of files) {
    const { file } = contractFile;
    const document = readOne(contractFile, reading);
    if (document === null) continue;
    const { topic } = document.contract;
    const other = contracts.get(topic);
    if (other === undefined) {
      contracts.set(topic, { file, document });
      continue;
    }
    const message = `topic ${topic} has a contract in ${other.file} already: two contracts would write one table`;
    const place = { file, ...document.positionOf(['topic']) };
    reading.faults.push({ partOf: null, fault: { rule: 'TOPIC_TWICE', message, place } });
  }
  const faults = reading.faults.filter(({ partOf }) => partOf === null || !reading.referred.has(partOf));
  return { contracts, faults: faults.map(({ fault }) => fault), byText: reading.byText };
}

interface Reading extends Required<ReadContractsOptions> {
  readonly byText: Map<string, ParsedContract>;
  /** Documents that OpenAPI documents refer to. */
  readonly referred: Set<string>;
  /** `partOf`: the document that is no contract by itself, and no fault where it is part of one. */
  readonly faults: { readonly fault: DocumentFault; readonly partOf: string | null }[];
}

function readOne({ file, text, openApi }: ContractFile, reading: Reading): ParsedContract | null {
  let hasMetadata = false;
  const sources: OpenApiSources = {
    get metadata() {
      hasMetadata = openApi.metadata !== null;
      return openApi.metadata;
    },
    load: (path) => {
      reading.referred.add(posix.join(posix.dirname(file), path));
      return openApi.load(path);
    },
  };
  const tell = (faults: readonly DocumentFault[], partOf: string | null): void => {
    reading.faults.push(...faults.map((fault) => ({ fault, partOf })));
  };
  // What must be JSON is no YAML that reads alike.
  const spelled = `${file.endsWith('.json') ? 'json' : 'yaml'} ${text}`;
  try {
    const document =
      reading.known.get(spelled) ?? parseContractDocument(text, { path: file, openApi: sources });
    if (!hasMetadata) reading.byText.set(spelled, document);
    if (!reading.live) tell(ruleFaults(file, document), null);
    if (!hasMetadata || !openApi.sharesMetadata) return document;
    const { reset: _shared, ...contract } = document.contract;
    return { ...document, contract };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    tell(faultsOf(file, error), hasMetadata ? null : file);
    return null;
  }
}

/** Patterns, bounds and defaults are compiled by the job: what it would refuse is said here. */
function ruleFaults(file: string, { contract, positionOf }: ParsedContract): DocumentFault[] {
  const refused = uncompilable(contract);
  if (refused === null) return [];
  const { column } = refused.context as { column?: string };
  const place = { file, ...positionOf(column === undefined ? [] : ['columns', column]) };
  return [{ rule: 'CONTRACT_INVALID', message: refused.message, place }];
}

function faultsOf(file: string, { code, message, context }: CoreError): DocumentFault[] {
  const {
    findings,
    path = file,
    line = 1,
    column = 1,
    reason,
  } = context as {
    findings?: readonly ContractFinding[];
    path?: string;
    line?: number;
    column?: number;
    reason?: string;
  };
  if (findings === undefined)
    return [{ rule: 'CONTRACT_UNREADABLE', message: reason ?? message, place: { file: path, line, column } }];
  return findings.map((finding) => ({
    rule: code === 'CONTRACT_UNREADABLE' ? 'CONTRACT_UNREADABLE' : 'CONTRACT_INVALID',
    message: `${finding.path} (${JSON.stringify(finding.value) ?? 'nothing'}): ${finding.reason}`,
    place: { file: finding.file ?? file, line: finding.line, column: finding.column },
  }));
}
