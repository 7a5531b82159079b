import { writeFile } from 'node:fs/promises';
import { tableSafeTopic } from '@lean-ops/core';
import { draftContract } from '../../../contract/infer/draft-contract.js';
import { draftText } from '../../../contract/infer/draft-text.js';
import { profileMessages, profileTable, type RowProfile } from '../../../contract/infer/row-profile.js';
import type { CommandContext } from '../../command-context.js';
import { sampleMessages } from '../../input/sample-messages.js';
import { UsageError } from '../../usage-error.js';
import type { AddressOptions } from '../dlq/options.js';
import { withDeployment } from './open.js';

export interface InitCommandOptions extends AddressOptions {
  readonly topic: string;
  readonly sample?: string;
  readonly owner: string;
  readonly rows: number;
  readonly maxDepth: number;
  readonly format: 'yaml' | 'json';
  readonly out?: string;
}

export async function init(options: InitCommandOptions, context: CommandContext): Promise<void> {
  const { owner, maxDepth, format, out } = options;
  const topic = tableSafeTopic(options.topic);
  const profile = await profileOf(topic, options, context);
  const draft = draftContract(profile, { topic, owner, maxDepth });
  const columns = Object.keys(draft.contract.columns).length;
  if (columns === 0)
    throw new UsageError(
      'there is nothing to draft a contract from: no row has any field that a contract can name',
    );
  const text = draftText(draft, format);
  if (out === undefined) {
    await context.stdout.write(text);
    return;
  }
  // A contract that is there was written by somebody.
  await writeFile(out, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `--out ${out}: ${error.code === 'EEXIST' ? 'the file is there already' : error.message}`,
    );
  });
  await context.stdout.line(`${out}: ${counted(columns, 'column')} from ${counted(profile.rows, 'row')}`);
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

async function profileOf(
  topic: string,
  options: InitCommandOptions,
  context: CommandContext,
): Promise<RowProfile> {
  const { sample, rows, maxDepth, warehouse, aws = false } = options;
  if (sample !== undefined) {
    return await profileMessages(sampleMessages(sample), { rows, maxDepth, topic }).catch((error: Error) => {
      if (error instanceof SyntaxError || 'syscall' in error)
        throw new UsageError(`--sample ${sample}: ${error.message}`);
      throw error;
    });
  }
  if (warehouse === undefined && !aws)
    throw new UsageError('say from what: --sample <file>, --warehouse <folder>, or --aws');
  return await withDeployment(options, context, async ({ catalog, names }) => {
    const namespace = names?.standardized ?? 'standardized';
    return await profileTable(await catalog.loadTable({ namespace, name: topic }), rows);
  });
}
