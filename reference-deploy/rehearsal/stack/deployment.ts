import {
  archiveBucketName,
  centralQueueName,
  type DeploymentNames,
  databaseName,
  deploymentPrefix,
  resourceName,
  streamNames,
  topicQueueName,
} from '../../settings/names.js';
import type { Settings } from '../../settings/setting.js';

/** Where a stack is, and what it is for. */
export interface Deployment extends DeploymentNames {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly topics: readonly DeployedTopic[];
  readonly streams: number;
}

/** A topic as the deployment's variables name it. */
export interface DeployedTopic {
  /** As the queue spells it. */
  readonly queueTopic: string;
  readonly fifo: boolean;
}

/** Names and ARNs of everything in a deployment. */
export class ResourceNames {
  readonly #deployment: Deployment;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  get prefix(): string {
    return deploymentPrefix(this.#deployment);
  }

  of(name: string): string {
    return resourceName(this.#deployment, name);
  }

  topicQueue({ queueTopic, fifo }: DeployedTopic): string {
    return topicQueueName(this.#deployment, queueTopic, fifo);
  }

  centralQueue(key: string): string {
    return centralQueueName(this.#deployment, key);
  }

  queueArn(name: string): string {
    return this.#arn('sqs', name);
  }

  functionArn(key: string): string {
    return this.#arn('lambda', `function:${this.of(key)}`);
  }

  stateMachineArn(key: string): string {
    return this.#arn('states', `stateMachine:${this.of(key)}`);
  }

  roleArn(key: string): string {
    return `arn:aws:iam::${this.#deployment.account}:role/${this.of(key)}`;
  }

  bucket(key: string): string {
    return key === 'archive'
      ? archiveBucketName(this.#deployment, this.#deployment.account)
      : this.of(`${key}-${this.#deployment.account}`);
  }

  bucketArn(key: string): string {
    return `arn:aws:s3:::${this.bucket(key)}`;
  }

  database(layer: string): string {
    return databaseName(this.#deployment, layer);
  }

  get streams(): readonly string[] {
    return streamNames(this.#deployment, this.#deployment.streams);
  }

  get catalogArn(): string {
    return this.#arn('glue', 'catalog');
  }

  get stateTable(): string {
    return this.of('state');
  }

  get warehouse(): string {
    return `s3://${this.bucket('warehouse')}/warehouse`;
  }

  /** The document of the wanted topics. */
  get topicsKey(): string {
    return 'topics.json';
  }

  #arn(service: string, resource: string): string {
    const { region, account } = this.#deployment;
    return `arn:aws:${service}:${region}:${account}:${resource}`;
  }
}

/** What each environment variable of the settings holds in this deployment. */
export function environmentValues(
  deployment: Deployment,
  settings: Pick<Settings, 'platform'>,
): Readonly<Record<string, string>> {
  const names = new ResourceNames(deployment);
  const { project, environment } = deployment;
  return {
    LEAN_OPS_PROJECT: project,
    LEAN_OPS_ENVIRONMENT: environment,
    LEAN_OPS_STATE_TABLE: names.stateTable,
    LEAN_OPS_ARCHIVE_BUCKET: names.bucket('archive'),
    LEAN_OPS_WAREHOUSE: names.warehouse,
    LEAN_OPS_CATALOG: 'glue',
    LEAN_OPS_STREAMS: names.streams.join(','),
    LEAN_OPS_TOPICS: `s3://${names.bucket('schemas')}/${names.topicsKey}`,
    LEAN_OPS_PROCESSOR_ARN: names.functionArn('sqs-processor'),
    LEAN_OPS_BREAKERS: JSON.stringify(inOrder(settings.platform.breakers)),
    LEAN_OPS_MASKING_SECRET: '',
    LEAN_OPS_LINEAGE: '',
    LEAN_OPS_LINEAGE_SECRET: '',
    POWERTOOLS_SERVICE_NAME: `${project}-${environment}`,
    POWERTOOLS_METRICS_NAMESPACE: settings.platform.metricsNamespace,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_TRACE_ENABLED: 'false',
  };
}

/** With its keys in the order in which Terraform writes them. */
function inOrder<Values extends object>(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1)),
  ) as Values;
}
