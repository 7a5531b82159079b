import { writeFile } from 'node:fs/promises';
import { CoreError } from '@lean-ops/core';
import { formatContract } from '@lean-ops/core/contract';
import { contractFiles } from '../../../contract/contract-files.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';

export interface FormatCommandOptions {
  readonly check?: boolean;
}

export async function format(
  places: readonly string[],
  { check = false }: FormatCommandOptions,
  context: CommandContext,
): Promise<void> {
  const files = (await Promise.all(places.map((place) => contractFiles(place)))).flat();
  let changed = 0;
  let wrong = 0;
  for (const { file, text } of files) {
    const formatted = await formatOne(file, text, context);
    if (formatted === undefined) wrong += 1;
    if (formatted === undefined || formatted === null || formatted === text) continue;
    changed += 1;
    if (!check) await writeFile(file, formatted);
    await context.stdout.line(`${file}: ${check ? 'is not formatted' : 'formatted'}`);
  }
  await context.stdout.line(
    `${files.length} ${files.length === 1 ? 'document' : 'documents'}, ${changed} ${check ? 'not formatted' : 'changed'}`,
  );
  if (check && changed > 0) context.verdict = EXIT.no;
  if (wrong > 0) context.verdict = EXIT.usage;
}

/** Null for what has no form of ours; undefined, said, for what cannot be read. */
async function formatOne(
  file: string,
  text: string,
  { stderr }: CommandContext,
): Promise<string | null | undefined> {
  try {
    return formatContract(text, { path: file });
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    await stderr.line(`error: ${error.message}`);
    return undefined;
  }
}
