import { typeFamily } from '../column-type.js';
import type { ContractColumn, ContractType, Sensitivity, TopicContract } from '../contract.js';
import { compareDecimals } from '../decimal-text.js';
import { pathIdentity, spelled } from '../reference.js';
import type { Change } from './finding.js';

/**
 * A governed column by its name. Not as `columns[name]`: every object has a member `constructor`.
 *
 * @example columnOf(contract, 'amount')?.type; // 'decimal(10,2)'
 */
export function columnOf({ columns }: TopicContract, name: string): ContractColumn | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

/** Where a column is looked for, in order, each place in one spelling. */
export function sourcesOf(name: string, { path = `$.${name}`, aliases = [] }: ContractColumn): string[] {
  return [path, ...aliases].map(pathIdentity);
}

/** What is different about a column that both contracts have, under `name` in the new one. */
export function columnChanges(
  name: string,
  before: { readonly name: string; readonly column: ContractColumn },
  after: ContractColumn,
): Change[] {
  const old = before.column;
  const at = (field: string): Pick<Change, 'column' | 'path'> =>
    after[field as keyof ContractColumn] === undefined
      ? { column: name, path: ['columns', name] }
      : { column: name, path: ['columns', name, field] };
  const said = (text: string): string => `column ${name}: ${text}`;
  return [
    ...sourceChanges(sourcesOf(before.name, old), sourcesOf(name, after)).map((change) => ({
      ...change,
      message: said(change.message),
      ...at('path'),
    })),
    ...typeChanges(old, after).map((change) => ({ ...change, message: said(change.message), ...at('type') })),
    ...castChanges(old, after).map(({ field, rule, message }) => ({
      rule,
      message: said(message),
      ...at(field),
    })),
    ...checkChanges(name, old, after).map(({ field, ...change }) => ({
      ...change,
      message: said(change.message),
      ...at(field),
    })),
    ...maskChanges(old, after).map((change) => ({
      ...change,
      message: said(change.message),
      ...at('sensitive'),
    })),
    ...(old.default === after.default
      ? []
      : [
          {
            rule: 'DEFAULT_CHANGED' as const,
            message: said(`default was ${shown(old.default)} and is ${shown(after.default)}`),
            ...at('default'),
          },
        ]),
  ];
}

type Bare = Pick<Change, 'rule' | 'message'>;
type Checked = Pick<Change, 'rule' | 'message' | 'question'> & { readonly field: string };

function sourceChanges(before: readonly string[], after: readonly string[]): Bare[] {
  if (before.join('\0') === after.join('\0')) return [];
  const kept = after.filter((source) => before.includes(source));
  const from = `was read from ${places(before)} and is from ${places(after)}`;
  if (kept.join('\0') !== before.join('\0')) return [{ rule: 'PATH_CHANGED', message: from }];
  const isBehind = before.every((source, index) => after[index] === source);
  return [{ rule: isBehind ? 'PATH_ADDED' : 'PATH_PREFERRED', message: from }];
}

function typeChanges(before: ContractColumn, after: ContractColumn): Bare[] {
  if (before.type === after.type) return [];
  const message = `was ${before.type} and is ${after.type}`;
  return [{ rule: isWider(before.type, after.type) ? 'TYPE_WIDENED' : 'TYPE_CHANGED', message }];
}

/** Whether the table format changes a column's type in place. */
function isWider(before: ContractType, after: ContractType): boolean {
  if (before === 'int' && after === 'long') return true;
  if (before === 'float' && after === 'double') return true;
  const [old, wide] = [decimalOf(before), decimalOf(after)];
  return old !== null && wide !== null && old.scale === wide.scale && old.precision <= wide.precision;
}

function decimalOf(type: ContractType): { precision: number; scale: number } | null {
  const match = /^decimal\((\d+),(\d+)\)$/.exec(type);
  return match === null ? null : { precision: Number(match[1]), scale: Number(match[2]) };
}

function castChanges(before: ContractColumn, after: ContractColumn): (Bare & { field: string })[] {
  const changes: (Bare & { field: string })[] = [];
  if (before.epoch !== after.epoch) {
    const message = `epoch was ${before.epoch ?? 'not set'} and is ${after.epoch ?? 'not set'}`;
    const rule = before.epoch === undefined ? 'CAST_LOOSENED' : 'CAST_CHANGED';
    changes.push({ field: 'epoch', rule, message });
  }
  const [was, is] = [before.assumeUtc === true, after.assumeUtc === true];
  if (was !== is) {
    const message = is ? 'times without a zone are read as UTC' : 'times without a zone are refused';
    changes.push({ field: 'assumeUtc', rule: is ? 'CAST_LOOSENED' : 'CAST_CHANGED', message });
  }
  return changes;
}

const CDE_LEVELS = ['false', 'true', 'nonblank'];

function checkChanges(column: string, before: ContractColumn, after: ContractColumn): Checked[] {
  return [
    ...cdeChanges(column, before, after),
    ...enumChanges(column, before, after),
    ...rangeChanges(column, before, after),
    ...patternChanges(column, before, after),
  ];
}

function cdeChanges(column: string, before: ContractColumn, after: ContractColumn): Checked[] {
  const [was, is] = [before, after].map(({ cde = false }) => CDE_LEVELS.indexOf(String(cde)));
  if (was === is) return [];
  const message = `cde was ${CDE_LEVELS[was!]} and is ${CDE_LEVELS[is!]}`;
  if (is! < was!) return [{ field: 'cde', rule: 'CDE_REMOVED', message }];
  return [{ field: 'cde', rule: 'CDE_ADDED', message, question: { column, check: 'cde' } }];
}

function enumChanges(column: string, before: ContractColumn, after: ContractColumn): Checked[] {
  const changes: Checked[] = [];
  const question = { column, check: 'enum' } as const;
  // What was no error was written, as null.
  const widened = before.onUnknown === 'null' ? 'NULLED_ALLOWED' : 'ENUM_WIDENED';
  if (before.enum !== undefined || after.enum !== undefined) {
    const gone = before.enum?.filter((value) => after.enum?.includes(value) === false) ?? [];
    const added = after.enum?.filter((value) => before.enum?.includes(value) === false) ?? [];
    if (before.enum === undefined)
      changes.push({
        field: 'enum',
        rule: 'ENUM_NARROWED',
        message: `only ${list(after.enum!)} are allowed now`,
        question,
      });
    else if (after.enum === undefined)
      changes.push({ field: 'enum', rule: widened, message: 'any value is allowed now' });
    if (gone.length > 0)
      changes.push({
        field: 'enum',
        rule: 'ENUM_NARROWED',
        message: `${list(gone)} not allowed any more`,
        question,
      });
    if (added.length > 0)
      changes.push({ field: 'enum', rule: widened, message: `${list(added)} allowed too` });
  }
  // What happens to other values has a meaning only where both say which there are.
  if (before.enum === undefined || after.enum === undefined) return changes;
  const [was, is] = [before.onUnknown ?? 'error', after.onUnknown ?? 'error'];
  if (was === is) return changes;
  const rule = is === 'null' ? 'UNKNOWN_AS_NULL' : 'UNKNOWN_REFUSED';
  return [...changes, { field: 'onUnknown', rule, message: `onUnknown was ${was} and is ${is}` }];
}

function rangeChanges(column: string, before: ContractColumn, after: ContractColumn): Checked[] {
  return (['min', 'max'] as const).flatMap((field): Checked[] => {
    const [was, is] = [before[field], after[field]];
    const order = compareBounds(field, { was, is, type: after.type });
    if (order === 0) return [];
    const message = `${field} was ${shown(was)} and is ${shown(is)}`;
    if (order > 0) return [{ field, rule: 'RANGE_WIDENED', message }];
    return [{ field, rule: 'RANGE_NARROWED', message, question: { column, check: 'range' } }];
  });
}

/** Above zero where the new bound lets more through, below where it lets less, or where nobody can tell. */
function compareBounds(
  field: 'min' | 'max',
  {
    was,
    is,
    type,
  }: { was: string | number | undefined; is: string | number | undefined; type: ContractType },
): number {
  if (String(was) === String(is)) return 0;
  if (is === undefined) return 1;
  if (was === undefined) return -1;
  // Bounds of times are spelled in many ways: another spelling is taken for a smaller range.
  if (typeFamily(type) === 'temporal') return -1;
  const order = compareDecimals(String(is), String(was));
  return field === 'min' ? -order : order;
}

function patternChanges(column: string, before: ContractColumn, after: ContractColumn): Checked[] {
  if (before.pattern === after.pattern) return [];
  const message = `pattern was ${shown(before.pattern)} and is ${shown(after.pattern)}`;
  if (after.pattern === undefined) return [{ field: 'pattern', rule: 'PATTERN_REMOVED', message }];
  return [{ field: 'pattern', rule: 'PATTERN_CHANGED', message, question: { column, check: 'pattern' } }];
}

/** From what shows everything to what shows nothing. */
const MASKS: readonly (Sensitivity | undefined)[] = [undefined, 'last4', 'hash', 'redact', 'drop'];

function maskChanges(before: ContractColumn, after: ContractColumn): Bare[] {
  if (before.sensitive === after.sensitive) return [];
  const message = `sensitive was ${before.sensitive ?? 'not set'} and is ${after.sensitive ?? 'not set'}`;
  if (MASKS.indexOf(after.sensitive) < MASKS.indexOf(before.sensitive))
    return [{ rule: 'SENSITIVITY_LOOSENED', message }];
  const isSame = storedType(before) === storedType(after);
  return [{ rule: isSame ? 'SENSITIVITY_TIGHTENED' : 'SENSITIVITY_RETYPED', message }];
}

/** What Curated stores: masked values are text. */
function storedType({ type, sensitive }: ContractColumn): ContractType | null {
  if (sensitive === 'drop') return null;
  return sensitive === undefined ? type : 'string';
}

function places(sources: readonly string[]): string {
  return sources.map(spelled).join(', then ');
}

function list(values: readonly string[]): string {
  const most = 5;
  const some = values.slice(0, most).map((value) => JSON.stringify(value));
  return values.length > most ? `${some.join(', ')} and ${values.length - most} more` : some.join(', ');
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
