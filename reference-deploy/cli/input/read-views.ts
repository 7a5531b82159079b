import type { TopicContract } from '@lean-ops/core';
import { contractFiles } from '../../contract/contract-files.js';
import { readContracts } from '../../contract/read-contracts.js';
import type { CheckedView } from '../../semantic/checked-view.js';
import type { SemanticFault } from '../../semantic/fault.js';
import { semanticViews } from '../../semantic/semantic-views.js';
import { UsageError } from '../usage-error.js';

interface ReadViews {
  readonly contracts: readonly TopicContract[];
  readonly views: readonly CheckedView[];
  readonly faults: readonly SemanticFault[];
}

/**
 * The contracts of a file or folder and, where one is named, the views of another, with all that is wrong with them.
 *
 * @throws {ContractToolError} `CONTRACTS_UNREADABLE` where a place cannot be read.
 * @throws {UsageError} where a folder holds no documents.
 */
export async function readViews(spec: string | undefined, place: string): Promise<ReadViews> {
  const documents = await contractFiles(place);
  if (documents.length === 0)
    throw new UsageError(`--contracts ${place}: the folder has no .json, .yaml or .yml file`);
  const { contracts: byTopic, faults } = readContracts(documents);
  const contracts = Array.from(byTopic.values(), ({ document }) => document.contract);
  // Without its contract a topic is unknown to every view that reads it: that is said once.
  if (faults.length > 0)
    return { contracts, views: [], faults: faults.map(({ place: at, message }) => ({ place: at, message })) };
  if (spec === undefined) return { contracts, views: [], faults: [] };
  const files = await contractFiles(spec);
  if (files.length === 0) throw new UsageError(`--spec ${spec}: the folder has no .json, .yaml or .yml file`);
  return { contracts, ...semanticViews(files, contracts) };
}
