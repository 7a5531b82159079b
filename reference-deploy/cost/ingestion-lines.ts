import { ASSUMED, SLOWER_ON_LAMBDA } from './assumptions.js';
import { type Basis, type CostLine, dynamoCost, lambdaCost, same } from './cost-line.js';
import type { Flow, Load } from './flow.js';

/** From the queues to RAW. */
export function ingestionLines({ topics, averageBytes }: Load, flow: Flow, basis: Basis): CostLine[] {
  const { prices, settings } = basis;
  const { events, batches, fifoShare } = flow;
  const perRequest = Math.ceil((ASSUMED.messagesPerSqsRequest * averageBytes) / ASSUMED.sqsRequestBytes);
  const sent = events * Math.ceil(averageBytes / ASSUMED.sqsRequestBytes);
  const taken = (events / ASSUMED.messagesPerSqsRequest) * (perRequest + 1);
  const polls =
    topics *
    ASSUMED.pollersPerQueue *
    (3_600 / settings.queues.topic.receiveWaitSeconds) *
    ASSUMED.hoursPerMonth;
  const processorSeconds =
    (batches * ASSUMED.processorMsPerBatch + events * ASSUMED.processorMsPerMessage * SLOWER_ON_LAMBDA) /
    1_000;
  const bytes = averageBytes + ASSUMED.envelopeBytes;
  const billed = Math.ceil(bytes / ASSUMED.firehoseRecordBytes) * ASSUMED.firehoseRecordBytes;
  const { transformBufferMb, function: transform } = settings.streams['raw']!;
  const megabytes = (events * bytes) / 1e6;
  const transforms = Math.max(megabytes / transformBufferMb, flow.deliveries / topics);
  const transformSeconds =
    (transforms * ASSUMED.transformMsPerBatch + megabytes * ASSUMED.transformMsPerMb) / 1_000;
  const perMillion =
    fifoShare * prices.sqsFifoPerMillionRequests + (1 - fifoShare) * prices.sqsPerMillionRequests;
  const sqs = (requests: number): number => (requests / 1e6) * perMillion;
  return [
    same('SQS', 'messages sent, received and deleted', sqs(sent + taken)),
    same('SQS', 'waiting for messages', sqs(polls)),
    same(
      'Lambda',
      'processor',
      lambdaCost('sqs-processor', { calls: batches, seconds: processorSeconds }, basis),
      ['sqs-processor'],
    ),
    same(
      'Firehose',
      'bytes delivered, records rounded up to 5 KB',
      ((events * billed) / 1e9) * prices.firehoseIcebergPerGb,
    ),
    same(
      'Lambda',
      'Firehose transform',
      lambdaCost(transform, { calls: transforms, seconds: transformSeconds }, basis),
      [transform],
    ),
    same('DynamoDB', 'breaker counters and registry', dynamoCost(prices, batches, batches / 10)),
  ];
}
