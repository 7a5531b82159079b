import { join } from 'node:path';
import metadata from '@lean-ops/core/contract-metadata.schema.json' with { type: 'json' };
import schema from '@lean-ops/core/topic-contract.schema.json' with { type: 'json' };
import { expect, it } from 'vitest';
import { contractReference, type PageSchema } from './reference-page.js';

it('docs/contract_reference.md says what the schema and the rules say', async () => {
  const page = join(import.meta.dirname, '../../docs/contract_reference.md');
  await expect(contractReference(schema, metadata as PageSchema)).toMatchFileSnapshot(page);
});
