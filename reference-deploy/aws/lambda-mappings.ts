import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { MappingChange, TopicMapping, TopicMappings } from '../handlers/topic-sync/topic-mappings.js';

const PAGE = 100;
const REPORTS_FAILURES = 'ReportBatchItemFailures';

/** A change of a mapping; only the circuit breaker ever switches one off. */
type LambdaMappingChange = Omit<MappingChange, 'enabled'> & { readonly enabled?: boolean };

/** The event source mappings of a function, through Lambda's control plane. */
export class LambdaMappings implements TopicMappings {
  readonly #client: Pick<LambdaClient, 'send'>;
  readonly #functionArn: string;

  constructor(options: { readonly client: Pick<LambdaClient, 'send'>; readonly functionArn: string }) {
    this.#client = options.client;
    this.#functionArn = options.functionArn;
  }

  async list(beforeCall: () => Promise<void> = async () => {}): Promise<readonly TopicMapping[]> {
    const mappings: TopicMapping[] = [];
    let Marker: string | undefined;
    do {
      await beforeCall();
      const page = await this.#client.send(
        new ListEventSourceMappingsCommand({
          FunctionName: this.#functionArn,
          MaxItems: PAGE,
          ...(Marker === undefined ? {} : { Marker }),
        }),
      );
      mappings.push(...(page.EventSourceMappings ?? []).flatMap(topicMapping));
      Marker = page.NextMarker;
    } while (Marker !== undefined && Marker !== '');
    return mappings;
  }

  async update(uuid: string, { enabled, reportsFailures }: LambdaMappingChange): Promise<void> {
    await this.#client.send(
      new UpdateEventSourceMappingCommand({
        UUID: uuid,
        ...(enabled === undefined ? {} : { Enabled: enabled }),
        ...(reportsFailures === undefined ? {} : { FunctionResponseTypes: [REPORTS_FAILURES] }),
      }),
    );
  }
}

function topicMapping(mapping: EventSourceMappingConfiguration): TopicMapping[] {
  const {
    UUID: uuid,
    EventSourceArn: queueArn,
    State: state = '',
    FunctionResponseTypes = [],
    LastModified,
  } = mapping;
  if (uuid === undefined || queueArn === undefined) return [];
  const reportsFailures = FunctionResponseTypes.includes(REPORTS_FAILURES);
  return [{ uuid, queueArn, state, reportsFailures, changedAt: LastModified?.getTime() ?? null }];
}
