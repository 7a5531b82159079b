import type { TopicContract } from '@lean-ops/core';
import { lintContract } from '@lean-ops/core/contract';
import { ContractToolError } from '../contract-tool-error.js';
import { contractHistory } from './history.js';
import { liveTopic } from './live-contract.js';
import type { DeployPorts } from './ports.js';

export interface RollbackOptions {
  readonly topic: string;
  /** Version to go back to. Default: the one that was live before. */
  readonly to?: string;
  /** Version of the new contract. Default: the next after the live one that fits the change. */
  readonly as?: string;
  /** Declares the change, where it breaks. */
  readonly reset?: TopicContract['reset'];
}

/** A contract that says again what an older one did. */
export interface Rollback {
  readonly contract: TopicContract;
  /** Version whose content it has. */
  readonly to: string;
  readonly from: string;
}

/**
 * The contract that brings an older one back: its content under a new version, for a version never changes and never comes
 * again. Deployed like any other, it is judged like any other: what was compatible in one direction mostly breaks in the
 * other, and has to be declared then.
 *
 * @throws {ContractToolError} `VERSION_NOT_FOUND`.
 */
export async function rollbackContract(
  ports: Pick<DeployPorts, 'catalog' | 'state' | 'names'>,
  options: RollbackOptions,
): Promise<Rollback> {
  const { topic, reset } = options;
  const { contract: live } = await liveTopic(ports, topic);
  if (live === null) throw notFound(topic, 'it has no live contract to roll back');
  const to = options.to ?? (await versionBefore(ports, topic, live.version));
  const wanted = to === null ? null : await ports.state.contracts.get(topic, to);
  if (to === null || wanted === null) {
    const known = await ports.state.contracts.versions(topic);
    const why =
      to === null ? `nothing else was live before ${live.version}` : `there is no contract ${to} of it`;
    throw notFound(topic, `${why}; stored are ${known.join(', ')}`);
  }
  const { reset: _old, ...content } = wanted;
  const version = options.as ?? nextVersion(live, { ...content, version: live.version });
  return {
    contract: { ...content, version, ...(reset === undefined ? {} : { reset }) },
    to,
    from: live.version,
  };
}

async function versionBefore(
  ports: Pick<DeployPorts, 'catalog' | 'state' | 'names'>,
  topic: string,
  live: string,
): Promise<string | null> {
  const versions = (await contractHistory(ports, topic)).map(({ version }) => version);
  // A topic that was removed and came back has its version more than once.
  const before = versions.slice(0, Math.max(versions.lastIndexOf(live), 0));
  return before.findLast((version) => version !== null && version !== live) ?? null;
}

/** The first number goes up for a breaking change, the second for a compatible one, the third for routing. */
function nextVersion(live: TopicContract, content: TopicContract): string {
  const [major = 0, minor = 0, patch = 0] = live.version
    .replace(/[-+].*$/s, '')
    .split('.')
    .map(Number);
  const { operation } = lintContract(live, content);
  if (operation === 'NUCLEAR_RESET') return `${major + 1}.0.0`;
  return operation === 'SCHEMA_EVOLVE' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function notFound(topic: string, reason: string): ContractToolError {
  return new ContractToolError(`topic ${topic} cannot be rolled back: ${reason}`, {
    code: 'VERSION_NOT_FOUND',
    context: { topic },
  });
}
