import { readFile } from 'node:fs/promises';
import { type TopicContract, tableSafeTopic } from '@lean-ops/core';
import { parseContract } from '@lean-ops/core/contract';
import { uncompilable } from '../../contract/uncompilable.js';
import { UsageError } from '../usage-error.js';

/**
 * Reads the contract of a topic from a file.
 *
 * @throws {UsageError} when the file cannot be read, is for another topic, or has a rule that cannot be compiled.
 * @throws {CoreError} `CONTRACT_UNREADABLE`, `CONTRACT_INVALID`: the message names file, line, path and reason.
 */
export async function readContract(path: string, queueTopic: string): Promise<TopicContract> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--contract ${path}: the file cannot be read: ${error.message}`, { cause: error });
  });
  const contract = parseContract(text, { path });
  const topic = tableSafeTopic(queueTopic);
  if (contract.topic !== topic) {
    throw new UsageError(
      `--contract ${path}: at path "topic" it says ${JSON.stringify(contract.topic)}, but --topic ${queueTopic} is the table ${topic}`,
    );
  }
  // Said before anything is sent.
  const refused = uncompilable(contract);
  if (refused !== null) throw new UsageError(`--contract ${path}: ${refused.message}`, { cause: refused });
  return contract;
}
