import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import contractMetadataSchema from '../../schema/contract-metadata.schema.json' with { type: 'json' };
import topicContractSchema from '../../schema/topic-contract.schema.json' with { type: 'json' };
import type { DocumentPath } from './document.js';
import { nearestName } from './nearest-name.js';

/** What a check found wrong, before it is tied to a place in the text. */
export interface Fault {
  readonly path: DocumentPath;
  /** The fault is the member's name, not its value. */
  readonly atKey?: boolean;
  readonly reason: string;
}

/** Checks a contract against the published JSON Schema (draft 2020-12). */
export const schemaFaults: (value: unknown) => Fault[] = checker(topicContractSchema);

/** Checks the metadata document of a contract written as OpenAPI against the published JSON Schema. */
export const metadataFaults: (value: unknown) => Fault[] = checker(contractMetadataSchema);

/** Compiled when first needed. */
function checker(schema: object): (value: unknown) => Fault[] {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true }).compile(
      schema,
    );
    if (validate(value)) return [];
    return (validate.errors ?? []).filter((error) => error.keyword !== 'propertyNames').map(faultOf);
  };
}

function faultOf(error: ErrorObject): Fault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return {
        path: [...path, params['additionalProperty']],
        atKey: true,
        reason: `this field is not known here${meant(error)}`,
      };
    case 'required':
      return { path, reason: `${JSON.stringify(params['missingProperty'])} is missing` };
    case 'enum':
      return { path, reason: `must be one of ${params['allowedValues'].map(String).join(', ')}` };
    case 'type':
      return { path, reason: `must be ${[params['type']].flat().join(' or ')}` };
    case 'pattern':
      return patternFault(error, path);
    default:
      return error.propertyName === undefined
        ? { path, reason: error.message ?? error.keyword }
        : { path: [...path, error.propertyName], atKey: true, reason: error.message ?? error.keyword };
  }
}

function meant({ parentSchema, params }: ErrorObject): string {
  const known = Object.keys((parentSchema?.['properties'] ?? {}) as object);
  const name = nearestName(String(params['additionalProperty']), known);
  return name === null ? '' : `: is ${name} meant?`;
}

const PATTERN_REASONS: Readonly<Record<string, string>> = {
  topic: 'must be a table-safe name: lower-case letters, digits and underscores, starting with a letter',
  version: 'must be a semantic version such as 1.2.0',
  correctionWindow: 'must be an ISO 8601 duration such as P90D',
};

function patternFault(error: ErrorObject, path: readonly string[]): Fault {
  if (error.propertyName !== undefined) {
    const reason = error.propertyName.startsWith('_')
      ? 'column names that begin with an underscore are reserved'
      : 'column names are lower-case letters, digits and underscores, starting with a letter';
    return { path: [...path, error.propertyName], atKey: true, reason };
  }
  const reason = PATTERN_REASONS[path.at(-1) ?? ''] ?? 'must not be blank';
  return { path, reason };
}
