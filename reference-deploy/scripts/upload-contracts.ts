import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { tableSafeTopic } from '@lean-ops/core';
import { parseContract } from '@lean-ops/core/contract';
import { DeployError } from './deploy-error.js';
import type { DeclaredTopic } from './plan.js';

/** A contract file that a topic names. */
export interface ContractFile {
  readonly topic: string;
  /** Below the folder of contracts. */
  readonly file: string;
  readonly text: string;
}

/**
 * Reads every contract that the topics name, before anything is deployed.
 *
 * @throws {DeployError} `CONTRACT_MISSING` for files that are not there or are another topic's.
 * @throws {CoreError} `CONTRACT_INVALID` for one that cannot be read as a contract.
 */
export function readContracts(
  folder: string,
  topics: Readonly<Record<string, DeclaredTopic>>,
): readonly ContractFile[] {
  const faults: string[] = [];
  const contracts: ContractFile[] = [];
  for (const [topic, { contract: file }] of Object.entries(topics)) {
    if (file === null || file === undefined) continue;
    const path = join(folder, file);
    if (!existsSync(path)) {
      faults.push(`${topic} names ${file}, which is not in ${folder}`);
      continue;
    }
    const text = readFileSync(path, 'utf8');
    const contract = parseContract(text, { path });
    if (tableSafeTopic(contract.topic) === tableSafeTopic(topic)) contracts.push({ topic, file, text });
    else faults.push(`${topic} names ${file}, which is the contract of ${contract.topic}`);
  }
  if (faults.length === 0) return contracts;
  throw new DeployError(`contracts do not fit the topics: ${faults.join('; ')}`, {
    code: 'CONTRACT_MISSING',
    context: { faults },
  });
}

/** Puts contracts into the versioned bucket, under `contracts/`. Repeating it adds a version with the same content. */
export async function uploadContracts(
  client: Pick<S3Client, 'send'>,
  bucket: string,
  contracts: readonly ContractFile[],
): Promise<void> {
  for (const { file, text } of contracts) {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `contracts/${file}`,
        Body: text,
        ContentType: 'application/json',
      }),
    );
  }
}
