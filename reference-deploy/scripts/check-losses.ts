import { DeployError } from './deploy-error.js';
import type { ShownPlan } from './plan.js';

/** Types whose deletion, or replacement, takes along what they hold: messages, records on their way, rows, objects. */
const HOLDS_DATA: ReadonlySet<string> = new Set([
  'aws_sqs_queue',
  'aws_kinesis_firehose_delivery_stream',
  'aws_dynamodb_table',
  'aws_s3_bucket',
  'aws_glue_catalog_database',
  'aws_kms_key',
]);

/**
 * Refuses a plan that deletes or replaces what may hold data.
 *
 * @param accepted Addresses that may go, as the plan spells them.
 * @throws {DeployError} `DATA_WOULD_BE_LOST`, which names every other one.
 */
export function checkLosses(plan: ShownPlan, accepted: readonly string[]): void {
  const lost = (plan.resource_changes ?? [])
    .filter(
      ({ mode, type, change }) =>
        mode === 'managed' && HOLDS_DATA.has(type) && change.actions.includes('delete'),
    )
    .map(({ address, type }) => address ?? type)
    .filter((address) => !accepted.includes(address));
  if (lost.length === 0) return;
  const flags = lost.map((address) => `--accept-data-loss '${address}'`).join(' ');
  throw new DeployError(
    `the plan deletes or replaces what may hold data: ${lost.join(', ')}; drain it first (terraform/README.md says how), then give ${flags}`,
    { code: 'DATA_WOULD_BE_LOST', context: { lost } },
  );
}
