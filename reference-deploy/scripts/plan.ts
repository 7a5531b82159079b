/** What `terraform show -json` says of a plan, as far as it is read here. */
export interface ShownPlan {
  readonly variables?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resource_changes?: readonly ResourceChange[];
  readonly planned_values?: { readonly outputs?: Readonly<Record<string, { readonly value?: unknown }>> };
}

interface ResourceChange {
  readonly mode: string;
  /** `module.messaging.aws_sqs_queue.topic["user-logins"]` */
  readonly address?: string;
  readonly type: string;
  readonly index?: string | number;
  readonly change: {
    readonly actions: readonly string[];
    readonly before?: Readonly<Record<string, unknown>> | null;
    readonly after?: Readonly<Record<string, unknown>> | null;
  };
}

/** The part of a topic's declaration that scripts read. */
export interface DeclaredTopic {
  readonly contract?: string | null;
  readonly fifo?: boolean;
}

/** The variables of a deployment, from its plan. */
export interface DeployVariables {
  readonly project_name: string;
  readonly environment: string;
  readonly iceberg_bucket: string;
  readonly schema_bucket: string;
  readonly account_concurrency: number;
  readonly protect_data: boolean;
  readonly topics: Readonly<Record<string, DeclaredTopic>>;
}

export function variablesOf(plan: ShownPlan): DeployVariables {
  const { variables = {} } = plan;
  return Object.fromEntries(
    Object.entries(variables).map(([name, { value }]) => [name, value]),
  ) as unknown as DeployVariables;
}

/** How many resources a deployment has, and how many of them every topic adds. */
export interface ResourceCount {
  readonly topics: number;
  readonly perTopic: number;
  readonly besides: number;
  readonly byType: Readonly<Record<string, number>>;
}

/** Counts what will be there after the plan was applied: a resource whose index begins with a topic's name is that topic's. */
export function countResources(plan: ShownPlan): ResourceCount {
  const topics = Object.keys(variablesOf(plan).topics ?? {});
  const byType: Record<string, number> = {};
  const perTopic = new Map(topics.map((topic) => [topic, 0]));
  let besides = 0;
  for (const { mode, type, index, change } of plan.resource_changes ?? []) {
    if (mode !== 'managed' || change.actions.join() === 'delete') continue;
    byType[type] = (byType[type] ?? 0) + 1;
    const topic = topicOf(index, perTopic);
    if (topic === undefined) besides += 1;
    else perTopic.set(topic, perTopic.get(topic)! + 1);
  }
  return { topics: topics.length, perTopic: Math.max(0, ...perTopic.values()), besides, byType };
}

/** The longest topic that an index is, or begins with: alarms are called `{topic}-{alarm}`. */
function topicOf(
  index: string | number | undefined,
  topics: ReadonlyMap<string, number>,
): string | undefined {
  if (typeof index !== 'string') return undefined;
  for (let end = index.length; end > 0; end = index.lastIndexOf('-', end - 1)) {
    const start = index.slice(0, end);
    if (topics.has(start)) return start;
  }
  return undefined;
}

/** One line for people. */
export function describeCount({ topics, perTopic, besides, byType }: ResourceCount): string {
  const all = Object.values(byType).reduce((sum, count) => sum + count, 0);
  return `${all} resources: ${perTopic} for each of ${topics} topics, ${besides} besides`;
}
