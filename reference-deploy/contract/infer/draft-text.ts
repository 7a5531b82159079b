import { formatContract } from '@lean-ops/core/contract';
import { Document, isMap, isScalar } from 'yaml';
import type { ContractDraft } from './draft-contract.js';

/** A draft as YAML, what was seen beside each column, or as JSON without that. */
export function draftText({ contract, notes, columnNotes }: ContractDraft, format: 'yaml' | 'json'): string {
  if (format === 'json') return formatContract(JSON.stringify(contract), { path: 'contract.json' })!;
  const document = new Document(contract);
  document.commentBefore = notes.map((note) => ` ${note}`).join('\n');
  const columns = document.get('columns');
  if (isMap(columns)) {
    for (const { key, value } of columns.items) {
      if (!isMap(value)) continue;
      value.flow = true;
      const note = isScalar(key) ? columnNotes.get(String(key.value)) : undefined;
      if (note !== undefined) value.comment = ` ${note}`;
    }
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
