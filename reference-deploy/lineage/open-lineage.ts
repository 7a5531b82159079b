import { createHash } from 'node:crypto';

/** Who made the event, and the versions of the specification that its parts follow (openlineage.io/spec). */
const PRODUCER = 'https://github.com/lean-ops/lean-ops';
const EVENT_SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const FACET_VERSIONS = {
  SchemaDatasetFacet: '1-1-1',
  SymlinksDatasetFacet: '1-0-1',
  DatasetVersionDatasetFacet: '1-0-1',
  InputStatisticsInputDatasetFacet: '1-0-0',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  ErrorMessageRunFacet: '1-0-1',
  ParentRunFacet: '1-0-1',
  JobTypeJobFacet: '2-0-3',
} as const;

export type EventType = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL';

export type Facet = Readonly<Record<string, unknown>>;

/** A table as OpenLineage names it: by where it is. */
export interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Readonly<Record<string, Facet>>;
  readonly inputFacets?: Readonly<Record<string, Facet>>;
  readonly outputFacets?: Readonly<Record<string, Facet>>;
}

/** What happened to a run of a job (OpenLineage `RunEvent`). */
export interface RunEvent {
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly eventType: EventType;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, Facet>> };
  readonly job: {
    readonly namespace: string;
    readonly name: string;
    readonly facets: Readonly<Record<string, Facet>>;
  };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/** What an event says besides what all have. */
export type EventParts = Pick<RunEvent, 'eventType' | 'run' | 'inputs' | 'outputs'> & {
  readonly job: { readonly namespace: string; readonly name: string };
};

export function runEvent(parts: EventParts, nowMs: number): RunEvent {
  const type = facet('JobTypeJobFacet', { processingType: 'BATCH', integration: 'LEAN_OPS', jobType: 'JOB' });
  return {
    eventTime: new Date(nowMs).toISOString(),
    producer: PRODUCER,
    schemaURL: EVENT_SCHEMA,
    ...parts,
    job: { ...parts.job, facets: { jobType: type } },
  };
}

/** A facet that the specification knows. */
export function facet(schema: keyof typeof FACET_VERSIONS, fields: Facet): Facet {
  const url = `https://openlineage.io/spec/facets/${FACET_VERSIONS[schema]}/${schema}.json#/$defs/${schema}`;
  return { _producer: PRODUCER, _schemaURL: url, ...fields };
}

/** A facet of our own: what a run counted, for instance. */
export function ownFacet(fields: Facet): Facet {
  return {
    _producer: PRODUCER,
    _schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet',
    ...fields,
  };
}

/** The UUID (version 5, RFC 9562) of a run that we know by a text: the same whenever it is asked for. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha1').update(`${PRODUCER}/runs/${text}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Namespace and name of a table at a location: `s3://bucket` and the key, or `file` and the path. */
export function datasetName(location: string): { namespace: string; name: string } {
  const object = /^(?<bucket>[a-z0-9]+:\/\/[^/]+)\/(?<key>.+?)\/*$/i.exec(location)?.groups;
  if (object !== undefined && !location.startsWith('file:'))
    return { namespace: object['bucket']!, name: object['key']! };
  return { namespace: 'file', name: location.replace(/^file:(\/\/)?/, '').replace(/(?<=.)\/+$/, '') };
}
