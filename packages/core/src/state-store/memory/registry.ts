import type { TopicContract } from '../../contract/contract.js';
import type {
  Checkpoint,
  CheckpointStore,
  ContractStore,
  Layer,
  RoundStore,
  TopicRegistry,
  TopicRow,
} from '../../ports/state-store.js';
import { checkCollision, checkSameContract, checkTopicRow, completeRow, isSameRow } from '../rules.js';

export class MemoryTopicRegistry implements TopicRegistry {
  readonly #rows = new Map<string, TopicRow>();

  async put(row: TopicRow): Promise<void> {
    checkTopicRow(row);
    checkCollision(row, this.#rows.get(row.topic)?.queueTopic);
    this.#rows.set(row.topic, { ...row });
  }

  async replace(before: TopicRow | null, after: TopicRow): Promise<boolean> {
    checkTopicRow(after);
    const stored = this.#rows.get(after.topic) ?? null;
    if (!isSameRow(stored, before)) return false;
    await this.put(after);
    return true;
  }

  async get(topic: string): Promise<TopicRow | null> {
    const row = this.#rows.get(topic);
    return row === undefined ? null : completeRow(row);
  }

  async list(): Promise<TopicRow[]> {
    return [...this.#rows.values()]
      .map(completeRow)
      .sort((left, right) => (left.topic < right.topic ? -1 : 1));
  }

  async remove(topic: string): Promise<void> {
    this.#rows.delete(topic);
  }
}

export class MemoryContractStore implements ContractStore {
  readonly #byTopic = new Map<string, Map<string, TopicContract>>();

  async put(contract: TopicContract): Promise<void> {
    const versions = this.#byTopic.get(contract.topic) ?? new Map<string, TopicContract>();
    const stored = versions.get(contract.version);
    if (stored !== undefined) return checkSameContract(contract, stored);
    versions.set(contract.version, structuredClone(contract));
    this.#byTopic.set(contract.topic, versions);
  }

  async get(topic: string, version: string): Promise<TopicContract | null> {
    return structuredClone(this.#byTopic.get(topic)?.get(version) ?? null);
  }

  async versions(topic: string): Promise<string[]> {
    return [...(this.#byTopic.get(topic)?.keys() ?? [])];
  }
}

export class MemoryCheckpointStore implements CheckpointStore {
  readonly #checkpoints = new Map<string, Checkpoint>();

  async put(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoints.set(`${checkpoint.topic}/${checkpoint.layer}`, { ...checkpoint });
  }

  async get(topic: string, layer: Layer): Promise<Checkpoint | null> {
    const checkpoint = this.#checkpoints.get(`${topic}/${layer}`);
    return checkpoint === undefined ? null : { ...checkpoint };
  }

  async list(): Promise<Checkpoint[]> {
    return [...this.#checkpoints.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, checkpoint]) => ({ ...checkpoint }));
  }
}

export class MemoryRoundStore implements RoundStore {
  readonly #startedAt = new Map<string, number>();

  async put(topic: string, startedAt: number): Promise<void> {
    this.#startedAt.set(topic, startedAt);
  }

  async get(topic: string): Promise<number | null> {
    return this.#startedAt.get(topic) ?? null;
  }

  async list(): Promise<ReadonlyMap<string, number>> {
    return new Map(this.#startedAt);
  }
}
