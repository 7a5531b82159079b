import { AwsError } from './error.js';

/** Which catalog has the tables: AWS Glue's own API, or an Iceberg REST catalog at a URI. */
type CatalogSetting = { readonly kind: 'glue' } | { readonly kind: 'rest'; readonly uri: string };

/** An object of S3. */
interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

const BREAKER_NUMBERS = [
  'windowMinutes',
  'minMessages',
  'globalMinMessages',
  'globalMinTopics',
  'globalFewMessages',
  'maxErrorRate',
  'firstPauseSeconds',
  'maxPauseSeconds',
  'controlCallsPerSecond',
] as const;

type BreakersVariable = Readonly<Record<(typeof BREAKER_NUMBERS)[number], number>>;

/** Everything that functions are told by their environment; each reads only what it names. */
export interface Environment {
  /** First part of every resource name. */
  readonly project: string;
  /** Second part of every resource name. */
  readonly environment: string;
  /** The DynamoDB table of the state store. */
  readonly stateTable: string;
  readonly archiveBucket: string;
  /** `s3://bucket/prefix` of the tables. */
  readonly warehouse: string;
  readonly catalog: CatalogSetting;
  /** Firehose streams; a topic's is chosen by a hash of its name. */
  readonly streams: readonly string[];
  /** The document of the topics that are wanted. */
  readonly topics: S3Location;
  /** ARN of the SQS processor. */
  readonly processorArn: string;
  /** When circuit breakers open and how long they wait. */
  readonly breakers: BreakersVariable;
  readonly region: string;
}

type Reader<Value> = (text: string) => Value | null;

interface Variable<Value> {
  readonly name: string;
  /** What the variable must look like, for the message. */
  readonly shape: string;
  readonly read: Reader<Value>;
}

const text: Reader<string> = (value) => value;
const matching =
  (pattern: RegExp): Reader<string> =>
  (value) =>
    pattern.test(value) ? value : null;

const VARIABLES: { readonly [Name in keyof Environment]: Variable<Environment[Name]> } = {
  project: {
    name: 'LEAN_OPS_PROJECT',
    shape: 'a name of lower-case letters, digits and hyphens',
    read: matching(/^[a-z][a-z0-9-]*$/),
  },
  environment: {
    name: 'LEAN_OPS_ENVIRONMENT',
    shape: 'a name of lower-case letters, digits and hyphens',
    read: matching(/^[a-z][a-z0-9-]*$/),
  },
  stateTable: { name: 'LEAN_OPS_STATE_TABLE', shape: 'the name of a DynamoDB table', read: text },
  archiveBucket: { name: 'LEAN_OPS_ARCHIVE_BUCKET', shape: 'the name of a bucket', read: text },
  warehouse: {
    name: 'LEAN_OPS_WAREHOUSE',
    shape: 's3://bucket/prefix',
    read: (value) => (/^s3:\/\/[^/]+/.test(value) ? value.replace(/\/+$/, '') : null),
  },
  catalog: { name: 'LEAN_OPS_CATALOG', shape: 'glue or rest+https://host/path', read: catalogSetting },
  streams: {
    name: 'LEAN_OPS_STREAMS',
    shape: 'names of Firehose streams, with commas between them',
    read: streamNames,
  },
  topics: { name: 'LEAN_OPS_TOPICS', shape: 's3://bucket/key', read: s3Location },
  processorArn: {
    name: 'LEAN_OPS_PROCESSOR_ARN',
    shape: 'the ARN of a Lambda function',
    read: matching(/^arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+(?::[^:]+)?$/),
  },
  breakers: {
    name: 'LEAN_OPS_BREAKERS',
    shape: `JSON with the numbers ${BREAKER_NUMBERS.join(', ')}`,
    read: breakersVariable,
  },
  region: { name: 'AWS_REGION', shape: 'a region', read: text },
};

/** Variables as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that a function needs, all at once, when it starts.
 *
 * @throws {AwsError} `ENVIRONMENT_INVALID`, which names every variable that is missing or wrong.
 * @example
 * const { stateTable } = readEnvironment(['stateTable']);
 */
export function readEnvironment<Name extends keyof Environment>(
  names: readonly Name[],
  variables: Variables = process.env,
): Pick<Environment, Name> {
  const values: Partial<Record<Name, unknown>> = {};
  const faults: string[] = [];
  for (const field of names) {
    const { name, shape, read } = VARIABLES[field];
    const given = variables[name];
    const value = given === undefined || given === '' ? null : read(given);
    if (value !== null) values[field] = value;
    else if (given === undefined || given === '') faults.push(`${name} is not set: it takes ${shape}`);
    else faults.push(`${name} is ${JSON.stringify(given)}: it takes ${shape}`);
  }
  if (faults.length === 0) return values as Pick<Environment, Name>;
  throw new AwsError(`the function's environment is not usable: ${faults.join('; ')}`, {
    code: 'ENVIRONMENT_INVALID',
    context: { variables: names.map((field) => VARIABLES[field].name) },
  });
}

/** A variable that may be missing. */
export function optionalVariable(name: string, variables: Variables = process.env): string | null {
  const value = variables[name];
  return value === undefined || value === '' ? null : value;
}

function catalogSetting(value: string): CatalogSetting | null {
  if (value === 'glue') return { kind: 'glue' };
  const uri = /^rest\+(https?:\/\/.+)$/.exec(value)?.[1];
  return uri === undefined ? null : { kind: 'rest', uri };
}

/** A stream named twice would get a double share of the topics, and one left out would move them. */
function streamNames(value: string): readonly string[] | null {
  const names = value.split(',').map((name) => name.trim());
  const areSound = names.every((name) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name));
  return areSound && new Set(names).size === names.length ? names : null;
}

/** The limits of single numbers are those of the settings; one that is missing would be a breaker that never trips. */
function breakersVariable(value: string): BreakersVariable | null {
  try {
    const numbers = JSON.parse(value) as Partial<BreakersVariable> | null;
    return BREAKER_NUMBERS.every((name) => Number.isFinite(numbers?.[name]))
      ? (numbers as BreakersVariable)
      : null;
  } catch {
    return null;
  }
}

function s3Location(value: string): S3Location | null {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(value) ?? [];
  return bucket === undefined || key === undefined ? null : { bucket, key };
}
