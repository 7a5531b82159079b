/** What holds where a contract says nothing. Source: docs/layer_definitions.md, "Contract". */
export const CONTRACT_DEFAULTS: {
  readonly key: string;
  readonly orderBy: readonly string[];
  readonly envelope: 'auto';
  readonly partitionBy: readonly string[];
  readonly maxDepth: number;
  readonly maxColumns: number;
  readonly cdeSpikeThreshold: number;
  readonly onSpike: 'alarm';
  readonly engine: 'node';
} = {
  key: 'idempotency_key',
  orderBy: ['$.last_updated_ts', 'publish_time'],
  envelope: 'auto',
  partitionBy: ['period_reference'],
  maxDepth: 5,
  maxColumns: 2_000,
  cdeSpikeThreshold: 0.1,
  onSpike: 'alarm',
  engine: 'node',
};
