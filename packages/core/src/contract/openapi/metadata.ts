import type { Engine, Sensitivity } from '../contract.js';
import { isPayloadPath, pathKeys } from '../reference.js';
import { metadataFaults } from '../schema.js';
import type { FoundColumn } from './columns.js';
import type { Faults } from './faults.js';
import { below, type Place, type SourceDocument } from './place.js';

/** The metadata document of a contract written as OpenAPI. Its JSON Schema is `schema/contract-metadata.schema.json`. */
export interface ContractMetadata {
  readonly source_topics: readonly string[];
  readonly target_std_table?: string;
  readonly sensitive_columns?: readonly string[] | Readonly<Record<string, Sensitivity>>;
  readonly nuclear_reset?: boolean;
  readonly nuclear_justification?: string;
  readonly impact_assessment?: string;
  readonly owner?: string;
  readonly version?: string;
  readonly key?: string;
  readonly order_by?: readonly string[];
  readonly envelope?: string;
  readonly partition_by?: readonly string[];
  readonly correction_window?: string;
  readonly flatten?: { readonly max_depth?: number; readonly max_columns?: number };
  readonly quality?: { readonly cde_spike_threshold?: number; readonly on_spike?: string };
  readonly engine?: Engine;
}

/** The metadata, or null, with faults, where the document is none. */
export function readMetadata(source: SourceDocument, faults: Faults): ContractMetadata | null {
  const { value } = source.document;
  const found = metadataFaults(value);
  for (const { path, atKey = false, reason } of found) faults.add({ source, path, atKey }, reason);
  return found.length > 0 ? null : (value as ContractMetadata);
}

/** Members of a contract that the metadata says, by their names there. */
const MEMBERS = {
  key: 'key',
  orderBy: 'order_by',
  envelope: 'envelope',
  partitionBy: 'partition_by',
  correctionWindow: 'correction_window',
  engine: 'engine',
} as const;

/** The members of a contract besides its columns, and where each comes from. */
export function tableMembers(
  metadata: ContractMetadata,
  source: SourceDocument,
  faults: Faults,
): { readonly members: Record<string, unknown>; readonly places: Map<string, Place> } {
  const top: Place = { source, path: [] };
  const members: Record<string, unknown> = { topic: topicOf(metadata, top, faults) };
  const places = new Map<string, Place>([['topic', below(top, 'source_topics', 0)]]);
  const say = (member: string, value: unknown, name: string): void => {
    if (value === undefined) return;
    members[member] = value;
    places.set(member, below(top, name));
  };
  for (const [member, name] of Object.entries(MEMBERS)) say(member, metadata[name], name);
  const { flatten, quality } = metadata;
  say(
    'flatten',
    flatten && defined({ maxDepth: flatten.max_depth, maxColumns: flatten.max_columns }),
    'flatten',
  );
  say(
    'quality',
    quality && defined({ cdeSpikeThreshold: quality.cde_spike_threshold, onSpike: quality.on_spike }),
    'quality',
  );
  say('reset', resetOf(metadata, top, faults), 'nuclear_reset');
  return { members, places };
}

function defined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** A topic writes the tables of its name: a table of another name, or of two topics, is refused. */
function topicOf({ source_topics, target_std_table }: ContractMetadata, top: Place, faults: Faults): string {
  const [first = '', ...others] = source_topics;
  const topic = first.toLowerCase().replaceAll('-', '_');
  if (others.length > 0) {
    const reason = `are ${source_topics.length} topics that would write one table: give each a contract of its own`;
    faults.add(below(top, 'source_topics'), reason);
  }
  if (target_std_table !== undefined && target_std_table.split('.').at(-1) !== topic) {
    const reason = `is not the table of the topic: the events of ${first} are written to ${topic}`;
    faults.add(below(top, 'target_std_table'), reason);
  }
  return topic;
}

function resetOf(metadata: ContractMetadata, top: Place, faults: Faults): object | undefined {
  if (metadata.nuclear_reset !== true) return undefined;
  const said = (member: 'nuclear_justification' | 'impact_assessment', what: string): string => {
    const text = metadata[member] ?? '';
    if (text.trim() === '')
      faults.add(
        metadata[member] === undefined ? top : below(top, member),
        `a nuclear_reset says ${what}: write ${member}`,
      );
    return text;
  };
  return {
    justification: said('nuclear_justification', 'why it has to be'),
    impact: said('impact_assessment', 'what it does to readers'),
  };
}

const MASKS: readonly unknown[] = [undefined, 'last4', 'hash', 'redact', 'drop'];

/** Masks what the metadata names. A name that names nothing is a fault: what it was to hide would be shown. */
export function hideColumns(
  columns: readonly FoundColumn[],
  { sensitive_columns: sensitive = [] }: ContractMetadata,
  { source, faults }: { readonly source: SourceDocument; readonly faults: Faults },
): void {
  const list = Array.isArray(sensitive) as boolean;
  for (const [member, value] of Object.entries(sensitive)) {
    const name = list ? String(value) : member;
    const mask = list ? 'hash' : value;
    const at: Place = { source, path: ['sensitive_columns', list ? Number(member) : member] };
    const hidden = columns.filter((column) => isMeant(column, name));
    if (hidden.length === 0) {
      const some = columns.slice(0, 5).map((column) => column.name);
      const reason = `names no column and no property; there are ${some.join(', ')}${columns.length > some.length ? ', …' : ''}`;
      faults.add({ ...at, atKey: !list }, reason);
    }
    for (const { column, places } of hidden) {
      if (MASKS.indexOf(mask) <= MASKS.indexOf(column['sensitive'])) continue;
      column['sensitive'] = mask;
      places.set('sensitive', at);
    }
  }
}

/** By its name, or by the path of its property, of an object around it, or of something within its JSON text. */
function isMeant({ name, keys }: FoundColumn, meant: string): boolean {
  if (name === meant) return true;
  const wanted = isPayloadPath(meant) ? pathKeys(meant) : meant.split('.');
  const length = Math.min(keys.length, wanted.length);
  return wanted.slice(0, length).every((key, index) => key === keys[index]);
}
