import { ENVELOPE_COLUMNS } from '../envelope.js';
import { CoreError } from '../error.js';
import { tableSafeTopic } from '../topic.js';
import { columnTypeFault, typeFamily } from './column-type.js';
import type { ContractColumn, TopicContract } from './contract.js';
import { compareDecimals, isDecimalText } from './decimal-text.js';
import { CONTRACT_DEFAULTS } from './defaults.js';
import type { DocumentPath } from './document.js';
import { partitionFaults } from './partition-faults.js';
import { isPayloadPath, pathIdentity, pathKeys } from './reference.js';
import type { Fault } from './schema.js';

const ENVELOPE_NAMES: ReadonlySet<string> = new Set(ENVELOPE_COLUMNS.map((column) => column.name));
/** Envelope columns that are in RAW only: nothing behind it can refer to them. */
const RAW_ONLY: ReadonlySet<string> = new Set(['json_payload', 'envelope_json']);

/** What JSON Schema cannot say about a contract: references, types, and checks that must fit their column. */
export function semanticFaults(contract: TopicContract): Fault[] {
  return [
    ...topicFaults(contract.topic),
    ...keyFaults(contract.key),
    ...(contract.orderBy ?? []).flatMap((reference, index) => referenceFaults(['orderBy', index], reference)),
    ...partitionFaults(contract),
    ...Object.entries(contract.columns).flatMap(([name, column]) => columnFaults(name, column)),
    ...sharedPathFaults(contract.columns),
    ...patternFaults(contract.columns),
    ...depthFaults(contract),
  ];
}

function topicFaults(topic: string): Fault[] {
  try {
    tableSafeTopic(topic);
    return [];
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return [{ path: ['topic'], reason: error.message }];
  }
}

function keyFaults(key: string | undefined): Fault[] {
  const column = ENVELOPE_COLUMNS.find(({ name }) => name === key);
  if (column === undefined || column.type === 'string') return referenceFaults(['key'], key);
  return [{ path: ['key'], reason: `is a ${column.type}: a key is text` }];
}

function referenceFaults(path: DocumentPath, reference: string | undefined): Fault[] {
  if (reference !== undefined && RAW_ONLY.has(reference)) {
    return [{ path, reason: 'is kept in RAW only: name the payload path that is meant' }];
  }
  if (reference === undefined || ENVELOPE_NAMES.has(reference) || isPayloadPath(reference)) return [];
  const reason = reference.startsWith('$')
    ? "is not a payload path: write $.name.name, and $['odd name'] for a key with other characters"
    : `is neither an envelope column (${[...ENVELOPE_NAMES].join(', ')}) nor a payload path; a payload path begins with $.`;
  return [{ path, reason }];
}

function columnFaults(name: string, column: ContractColumn): Fault[] {
  const path: DocumentPath = ['columns', name];
  const typeFault = columnTypeFault(column.type);
  return [
    ...envelopeNameFaults(path, name, column),
    ...(typeFault === null ? [] : [{ path: [...path, 'type'], reason: typeFault }]),
    ...referenceFaults([...path, 'path'], column.path),
    ...(column.aliases ?? []).flatMap((alias, index) =>
      aliasFaults([...path, 'aliases', index], alias, name, column),
    ),
    ...(typeFault === null ? fitFaults(path, column) : []),
  ];
}

/** A column may carry an envelope column's name only where it governs that very column. */
function envelopeNameFaults(path: DocumentPath, name: string, column: ContractColumn): Fault[] {
  const envelope = ENVELOPE_COLUMNS.find((candidate) => candidate.name === name);
  if (envelope === undefined || (column.path === name && column.type === envelope.type)) return [];
  const reason = `is the name of an envelope column: govern that column (path ${name}, type ${envelope.type}), or choose another name`;
  return [{ path, atKey: true, reason }];
}

function aliasFaults(path: DocumentPath, alias: string, name: string, column: ContractColumn): Fault[] {
  if (pathIdentity(alias) === pathIdentity(column.path ?? `$.${name}`))
    return [{ path, reason: "repeats the column's own path" }];
  return referenceFaults(path, alias);
}

/** A value belongs to one column: two spellings of one path are one path. */
function sharedPathFaults(columns: TopicContract['columns']): Fault[] {
  const holders = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [name, { path = `$.${name}`, aliases = [] }] of Object.entries(columns)) {
    for (const [index, reference] of [path, ...aliases].entries()) {
      const meant = pathIdentity(reference);
      const holder = holders.get(meant);
      const place = index === 0 ? ['path'] : ['aliases', index - 1];
      if (holder === undefined) holders.set(meant, name);
      else if (holder !== name)
        faults.push({ path: ['columns', name, ...place], reason: `is read by column ${holder} too` });
      else if (meant !== pathIdentity(path))
        faults.push({ path: ['columns', name, ...place], reason: 'repeats another alias of the column' });
    }
  }
  return faults;
}

/** Characters of patterns, times the most that one repeats: some ten seconds of compiling. */
const MOST_PATTERN_WORK = 10_000_000;

/** An engine of linear time takes a pattern apart as often as it repeats itself: `(a{500}b{500})` is a thousand steps. */
function patternFaults(columns: TopicContract['columns']): Fault[] {
  let work = 0;
  for (const [name, { pattern }] of Object.entries(columns)) {
    if (pattern === undefined) continue;
    let repeats = 1;
    for (const [, least, most] of pattern.matchAll(/\{(\d{1,4})(?:,(\d{1,4})?)?\}/g))
      repeats = Math.max(repeats, Number(least), Number(most ?? 0));
    work += pattern.length * repeats;
    if (work <= MOST_PATTERN_WORK) continue;
    const reason =
      'is, with those before it, more than can be compiled in good time: repeat less, or check fewer columns';
    return [{ path: ['columns', name, 'pattern'], reason }];
  }
  return [];
}

/** Objects at the depth limit stay text, where nobody can tell them from a string that reads alike. */
function depthFaults({ key, orderBy = [], columns, flatten }: TopicContract): Fault[] {
  const maxDepth = flatten?.maxDepth ?? CONTRACT_DEFAULTS.maxDepth;
  const faultOf = (path: DocumentPath, reference: string | undefined): Fault[] => {
    const depth = reference === undefined ? 0 : pathKeys(reference).length;
    if (depth <= maxDepth) return [];
    const reason = `is ${depth} levels deep, and flatten.maxDepth is ${maxDepth}: below it objects stay JSON text, so raise it to ${depth}, or name a path above`;
    return [{ path, reason }];
  };
  return [
    ...faultOf(['key'], key),
    ...orderBy.flatMap((reference, index) => faultOf(['orderBy', index], reference)),
    ...Object.entries(columns).flatMap(([name, { path, aliases = [] }]) => [
      ...faultOf(['columns', name, 'path'], path),
      ...aliases.flatMap((alias, index) => faultOf(['columns', name, 'aliases', index], alias)),
    ]),
  ];
}

/** Checks that make no sense on the column's type would never run, so they are refused. */
function fitFaults(path: DocumentPath, column: ContractColumn): Fault[] {
  const family = typeFamily(column.type);
  const only = (field: keyof ContractColumn, fits: boolean, where: string): Fault[] =>
    column[field] === undefined || fits
      ? []
      : [
          {
            path: [...path, field],
            atKey: true,
            reason: `fits only ${where}, and the column is ${column.type}`,
          },
        ];
  const hasRange = family === 'integer' || family === 'fraction' || family === 'temporal';
  const isInstant = column.type === 'timestamptz' || column.type === 'timestamp';
  return [
    ...only('enum', column.type === 'string', 'columns of type string'),
    ...only('pattern', column.type === 'string', 'columns of type string'),
    ...only('min', hasRange, 'numbers, dates and times'),
    ...only('max', hasRange, 'numbers, dates and times'),
    ...only('assumeUtc', column.type === 'timestamptz', 'columns of type timestamptz'),
    ...only('epoch', isInstant, 'columns of type timestamptz or timestamp'),
    ...(column.onUnknown !== undefined && column.enum === undefined
      ? [{ path: [...path, 'onUnknown'], atKey: true, reason: 'has no effect without enum' }]
      : []),
    ...(hasRange ? rangeFaults(path, column) : []),
    ...defaultFaults(path, column),
  ];
}

function rangeFaults(path: DocumentPath, column: ContractColumn): Fault[] {
  const numeric = typeFamily(column.type) !== 'temporal';
  const faults: Fault[] = [];
  for (const bound of ['min', 'max'] as const) {
    const value = column[bound];
    if (value === undefined) continue;
    if (numeric && !isDecimalText(String(value)))
      faults.push({ path: [...path, bound], reason: 'must be a number' });
    if (!numeric && typeof value !== 'string')
      faults.push({ path: [...path, bound], reason: `must be a ${column.type} in quotes` });
  }
  if (faults.length > 0 || !numeric || column.min === undefined || column.max === undefined) return faults;
  if (compareDecimals(String(column.min), String(column.max)) <= 0) return [];
  return [{ path: [...path, 'min'], reason: `is above max (${column.max}): no value could pass` }];
}

function defaultFaults(path: DocumentPath, column: ContractColumn): Fault[] {
  const value = column.default;
  if (value === undefined) return [];
  const reason = defaultReason(column, value);
  return reason === null ? [] : [{ path: [...path, 'default'], reason }];
}

function defaultReason(column: ContractColumn, value: string | number | boolean): string | null {
  const text = String(value);
  switch (typeFamily(column.type)) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'integer':
      return typeof value !== 'boolean' && integerFits(text, column.type) ? null : `must fit ${column.type}`;
    case 'fraction':
      return typeof value !== 'boolean' && isDecimalText(text) ? null : 'must be a number';
    default:
      if (typeof value !== 'string') return `must be a ${column.type} in quotes`;
      return column.enum === undefined || column.enum.includes(value) ? null : 'is not one of enum';
  }
}

function integerFits(text: string, type: string): boolean {
  if (!/^-?\d{1,20}$/.test(text)) return false;
  return BigInt.asIntN(type === 'int' ? 32 : 64, BigInt(text)) === BigInt(text);
}
