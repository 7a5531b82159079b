import { contractFiles, isGitRef } from '../../../contract/contract-files.js';
import { type ReadContract, readContracts } from '../../../contract/read-contracts.js';
import { DOCUMENT_RULES } from '../../../contract/report/rule-texts.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { UsageError } from '../../usage-error.js';

export interface HeadOptions {
  readonly head: string;
  /** Of an OpenAPI document. */
  readonly metadata?: string;
  readonly topic?: readonly string[];
  readonly json?: boolean;
}

/**
 * The contracts that a command is to work with; null, said and with the verdict set, where a document is wrong: then
 * nothing is to be done with any.
 *
 * @throws {UsageError} where there are none, or a topic that was asked for is not among them.
 */
export async function headContracts(
  { head, metadata, topic: topics, json }: HeadOptions,
  context: CommandContext,
): Promise<readonly ReadContract[] | null> {
  if (isGitRef(head)) throw new UsageError('--head takes a file or a folder');
  const files = await contractFiles(head, metadata === undefined ? {} : { metadata });
  if (files.length === 0) throw new UsageError(`--head ${head}: the folder has no .json, .yaml or .yml file`);
  const { contracts, faults } = readContracts(files);
  if (faults.length > 0) {
    context.verdict = EXIT.usage;
    if (json === true)
      await context.stdout.json({ formatVersion: 1, exitCode: EXIT.usage, faults, plans: [] });
    else
      for (const { rule, message, place } of faults) {
        await context.stdout.line(`${place.file}:${place.line}:${place.column} error ${rule}: ${message}`);
        await context.stdout.line(`      ${DOCUMENT_RULES[rule].fix}`);
      }
    return null;
  }
  for (const topic of topics ?? [])
    if (!contracts.has(topic)) throw new UsageError(`--head ${head} has no contract of topic ${topic}`);
  return [...contracts.values()].filter(
    ({ document }) => topics === undefined || topics.includes(document.contract.topic),
  );
}
