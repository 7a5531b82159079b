import { contractDiffs, diffText } from '../../../contract/contract-diff.js';
import { contractFiles, contractFilesAt, isGitRef } from '../../../contract/contract-files.js';
import { readContracts } from '../../../contract/read-contracts.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { UsageError } from '../../usage-error.js';

export interface DiffCommandOptions {
  readonly base: string;
  readonly head: string;
  readonly metadata?: string;
  readonly json?: boolean;
}

export async function diff(
  { base, head, metadata, json }: DiffCommandOptions,
  context: CommandContext,
): Promise<void> {
  if (isGitRef(head)) throw new UsageError('--head takes a file or a folder');
  const shared = metadata === undefined ? {} : { sharedMetadata: metadata };
  const after = readContracts(await contractFiles(head, metadata === undefined ? {} : { metadata }));
  const before = readContracts(
    isGitRef(base) ? await contractFilesAt(base, head, shared) : await contractFiles(base, shared),
    { live: true },
  );
  const faults = [...before.faults, ...after.faults];
  if (faults.length > 0) context.verdict = EXIT.usage;
  for (const { rule, message, place } of faults)
    await context.stderr.line(`${place.file}:${place.line}:${place.column} error ${rule}: ${message}`);
  const diffs = contractDiffs(before, after);
  if (json === true) await context.stdout.json({ formatVersion: 1, topics: diffs });
  else await context.stdout.line(diffText(diffs));
}
