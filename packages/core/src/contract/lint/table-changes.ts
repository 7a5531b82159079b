import type { TopicContract } from '../contract.js';
import { CONTRACT_DEFAULTS as DEFAULTS } from '../defaults.js';
import { partitionSource } from '../partition-faults.js';
import { pathIdentity, spelled } from '../reference.js';
import { columnOf, sourcesOf } from './column-changes.js';
import type { Change } from './finding.js';

/** What is different about the tables of a topic and about how it is run. */
export function tableChanges(base: TopicContract, head: TopicContract): Change[] {
  return [
    ...changed('KEY_CHANGED', ['key'], keyOf(base), keyOf(head)),
    ...orderChanges(base, head),
    ...changed('ENVELOPE_CHANGED', ['envelope'], envelopeOf(base), envelopeOf(head)),
    ...changed('FLATTEN_CHANGED', ['flatten'], flattenOf(base), flattenOf(head)),
    ...partitionChanges(base, head),
    ...(['owner', 'engine', 'quality', 'correctionWindow'] as const).flatMap((field) =>
      changed('ROUTING_CHANGED', [field], routing(base, field), routing(head, field)),
    ),
  ];
}

function changed(rule: Change['rule'], path: readonly [string], before: string, after: string): Change[] {
  if (before === after) return [];
  return [{ rule, path, message: `${path[0]} was ${before} and is ${after}` }];
}

const keyOf = ({ key = DEFAULTS.key }: TopicContract): string => spelled(pathIdentity(key));
const envelopeOf = ({ envelope = DEFAULTS.envelope }: TopicContract): string => envelope;
const partitionOf = ({ partitionBy = DEFAULTS.partitionBy }: TopicContract): string =>
  partitionBy.length === 0 ? 'none' : partitionBy.map((field) => field.replaceAll(' ', '')).join(', ');
const flattenOf = ({ flatten = {} }: TopicContract): string => {
  const { maxDepth = DEFAULTS.maxDepth, maxColumns = DEFAULTS.maxColumns } = flatten;
  return `${maxDepth} levels and ${maxColumns} columns`;
};

function routing(
  contract: TopicContract,
  field: 'owner' | 'engine' | 'quality' | 'correctionWindow',
): string {
  if (field === 'engine') return contract.engine ?? DEFAULTS.engine;
  if (field !== 'quality') return contract[field] ?? 'not set';
  const { cdeSpikeThreshold = DEFAULTS.cdeSpikeThreshold, onSpike = DEFAULTS.onSpike } =
    contract.quality ?? {};
  return `${cdeSpikeThreshold}, ${onSpike}`;
}

function orderChanges(base: TopicContract, head: TopicContract): Change[] {
  const [before, after] = [orderOf(base), orderOf(head)];
  const names = changed(
    'ORDER_CHANGED',
    ['orderBy'],
    before.map(spelled).join(', '),
    after.map(spelled).join(', '),
  );
  if (names.length > 0) return names;
  return after.flatMap((reference, index): Change[] => {
    const [was, is] = [orderedAs(base, before[index]!), orderedAs(head, reference)];
    // A wider type too: what was no value of the narrow one lost, and would win.
    if (was.as === is.as) return [];
    const message = `orderBy: ${spelled(reference)} was compared as ${was.as} and is as ${is.as}`;
    return [{ rule: 'ORDER_CHANGED', path: is.column === null ? [] : ['columns', is.column], message }];
  });
}

function partitionChanges(base: TopicContract, head: TopicContract): Change[] {
  const fields = changed('PARTITION_CHANGED', ['partitionBy'], partitionOf(base), partitionOf(head));
  if (fields.length > 0) return fields;
  return [...new Set((head.partitionBy ?? DEFAULTS.partitionBy).map(partitionSource))].flatMap((name) => {
    const [was, is] = [columnOf(base, name), columnOf(head, name)];
    if (was === undefined || is === undefined) return [];
    const [before, after] = [was, is].map((column) => {
      const mask = column.sensitive === undefined ? '' : `, ${column.sensitive}`;
      return `${spelled(sourcesOf(name, column)[0]!)}${mask}`;
    });
    if (before === after) return [];
    const message = `partitionBy: ${name} was made of ${before} and is of ${after}`;
    return [{ rule: 'PARTITION_CHANGED' as const, column: name, path: ['columns', name], message }];
  });
}

const orderOf = ({ orderBy = DEFAULTS.orderBy }: TopicContract): string[] => orderBy.map(pathIdentity);

/**
 * By which type a contract compares what stands at a place: that of the column that governs it, an instant where none
 * does. As the tables' layout has it: times with and without a zone are instants, the latter in UTC.
 */
function orderedAs(contract: TopicContract, reference: string) {
  for (const [name, column] of Object.entries(contract.columns)) {
    if (!sourcesOf(name, column).includes(reference)) continue;
    const { type, epoch, assumeUtc = false } = column;
    if (type !== 'timestamptz' && type !== 'timestamp') return { as: type, type, column: name };
    const utc = assumeUtc || type === 'timestamp' ? ' in UTC' : '';
    return { as: `${INSTANT}${epoch === undefined ? '' : ` from ${epoch}`}${utc}`, column: name };
  }
  return { as: INSTANT, column: null };
}

const INSTANT = 'an instant';
