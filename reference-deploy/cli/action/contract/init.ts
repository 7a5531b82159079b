import { writeFile } from 'node:fs/promises';
import { tableSafeTopic } from '@lean-ops/core';
import { draftContract } from '../../../contract/infer/draft-contract.js';
import { draftText } from '../../../contract/infer/draft-text.js';
import { profileMessages, profileTable, type RowProfile } from '../../../contract/infer/row-profile.js';
import { EmbeddedPlatform } from '../../../local/index.js';
import type { CommandContext } from '../../command-context.js';
import { requireWarehouse } from '../../folder/warehouse.js';
import { sampleMessages } from '../../input/sample-messages.js';
import { UsageError } from '../../usage-error.js';

export interface InitCommandOptions {
  readonly topic: string;
  readonly sample?: string;
  readonly warehouse?: string;
  readonly owner: string;
  readonly rows: number;
  readonly maxDepth: number;
  readonly format: 'yaml' | 'json';
  readonly out?: string;
}

export async function init(options: InitCommandOptions, context: CommandContext): Promise<void> {
  const { owner, maxDepth, format, out } = options;
  const topic = tableSafeTopic(options.topic);
  const profile = await profileOf(topic, options);
  if (profile.columns.length === 0)
    throw new UsageError('there is nothing to draft a contract from: no row has any payload column');
  const text = draftText(draftContract(profile, { topic, owner, maxDepth }), format);
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
  await context.stdout.line(
    `${out}: ${profile.columns.length} columns from ${profile.rows.toLocaleString('en')} rows`,
  );
}

async function profileOf(
  topic: string,
  { sample, warehouse, rows, maxDepth }: InitCommandOptions,
): Promise<RowProfile> {
  if (sample !== undefined) {
    return await profileMessages(sampleMessages(sample), { rows, maxDepth, topic }).catch((error: Error) => {
      if (error instanceof SyntaxError || 'syscall' in error)
        throw new UsageError(`--sample ${sample}: ${error.message}`);
      throw error;
    });
  }
  if (warehouse === undefined)
    throw new UsageError('say from what: --sample <file>, or --warehouse <folder>');
  await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse });
  try {
    const table = await platform.catalog.loadTable({ namespace: 'standardized', name: topic });
    return await profileTable(table, rows);
  } finally {
    await platform.close();
  }
}
