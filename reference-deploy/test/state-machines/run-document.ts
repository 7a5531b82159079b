import { readFileSync } from 'node:fs';
import { placeholders, readDocument, type StateMachineDocument } from '../../local/state-machine/document.js';
import { Interpreter, type TaskInvocation } from '../../local/state-machine/interpreter.js';

const GLUE = 'arn:aws:states:::glue:startJobRun.sync';
const PREFIX = 'arn:aws:lambda:eu-west-1:123456789012:function:';

export interface TaskInput {
  topic_name: string;
  [field: string]: unknown;
}

/** A function, or the Glue job under the name `spark`. */
export type Task = (input: TaskInput) => unknown;
export type Tasks = Readonly<Record<string, Task>>;

/** A document of the deployment with every placeholder filled. */
export function document(name: string): StateMachineDocument {
  const text = readFileSync(new URL(`../../state-machines/${name}.asl.json`, import.meta.url), 'utf8');
  const values = placeholders(text).map((placeholder) => [
    placeholder,
    placeholder === 'spark_job_name'
      ? 'spark-job'
      : PREFIX + placeholder.replace(/_arn$/, '').replaceAll('_', '-'),
  ]);
  return readDocument(text, Object.fromEntries(values));
}

/** An error as Step Functions names it. */
export function failure(name: string, message = 'no luck'): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** A claim as acquire-lease gives it. */
export function claimOf(topic: string, overrides: object = {}): object {
  return {
    status: 'acquired',
    has_contract: true,
    engine: 'node',
    lease: { resource: `topic:${topic}`, owner: 'execution-1', token: '7', expires_at: 1 },
    ...overrides,
  };
}

export interface DocumentRun<Result> {
  readonly result: Result;
  /** `state:topic`, in order. */
  readonly calls: readonly string[];
  /** What went into a task, each time it was called for a topic. */
  inputsOf(state: string, topic?: string): readonly unknown[];
  readonly invocations: readonly TaskInvocation[];
}

/** Runs a document whose functions are `tasks`; nothing waits. */
export async function runDocument<Result>(
  name: string,
  tasks: Tasks,
  input: Readonly<Record<string, unknown>> = {},
): Promise<DocumentRun<Result>> {
  const handlers = Object.fromEntries(
    Object.entries(tasks).map(([task, work]) => [
      task === 'spark' ? GLUE : PREFIX + task,
      async (taskInput: TaskInput) => work(taskInput),
    ]),
  );
  const invocations: TaskInvocation[] = [];
  const interpreter = new Interpreter({ document: document(name), handlers, retryIntervalMs: 0 });
  const result = (await interpreter.run({
    id: 'execution-1',
    name: 'round-1',
    input,
    onTask: (invocation) => invocations.push(invocation),
  })) as Result;
  return {
    result,
    invocations,
    calls: invocations.map(({ state, input: taskInput }) => `${state}:${topicOf(taskInput)}`),
    inputsOf: (state, topic = '') =>
      invocations
        .filter((call) => call.state === state && topicOf(call.input) === topic)
        .map((call) => call.input),
  };
}

function topicOf(input: unknown): string {
  const { topic_name: topic, Arguments } = (input ?? {}) as Record<string, Record<string, string> | string>;
  if (typeof topic === 'string') return topic;
  return typeof Arguments === 'object' ? (Arguments['--topic_name'] ?? '') : '';
}
