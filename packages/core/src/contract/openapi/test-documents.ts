import { expect } from 'vitest';
import { CoreError } from '../../error.js';
import { type ContractFinding, parseContractDocument } from '../parse-contract.js';

export const METADATA = { source_topics: ['user-logins'], owner: 'tests' };

interface Sources {
  readonly metadata?: object | null;
  readonly files?: Readonly<Record<string, string>>;
  readonly path?: string;
}

export function parse(
  text: string,
  { metadata = METADATA, files = {}, path = 'api/openapi.yaml' }: Sources = {},
) {
  return parseContractDocument(text, {
    path,
    openApi: {
      metadata:
        metadata === null ? null : { path: 'api/metadata.json', text: JSON.stringify(metadata, null, 2) },
      load: (file) => files[file] ?? null,
    },
  });
}

/** An OpenAPI document whose first schema is `Event`, in JSON, which is YAML too. */
export function api(event: unknown, others: object = {}, openapi = '3.1.0'): string {
  const info = { title: 'Events', version: '1.2.0' };
  return JSON.stringify({ openapi, info, components: { schemas: { Event: event, ...others } } }, null, 2);
}

export const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});

export const columnsOf = (text: string, sources?: Sources) => parse(text, sources).contract.columns;

export function findings(text: string, sources?: Sources): readonly ContractFinding[] {
  try {
    parse(text, sources);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    expect(error.code).toBe('CONTRACT_INVALID');
    return error.context['findings'] as ContractFinding[];
  }
  throw new Error('the document was accepted');
}
