import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { EmbeddedError } from '../error.js';
import { type StateMachineDocument, walkStates } from './document.js';
import { lintDocument } from './lint.js';

/** A function behind a task: JSON in, JSON out. */
export type TaskHandler = (input: never) => Promise<unknown>;

/** One invocation of a task, for those who want to see inside an execution. */
export interface TaskInvocation {
  readonly state: string;
  readonly input: unknown;
  /** What it returned, or `error`. */
  readonly output: unknown;
  readonly error: Error | null;
}

export interface InterpreterOptions {
  readonly document: StateMachineDocument;
  /** Handlers by the `Resource` of the task states that call them. */
  readonly handlers: Readonly<Record<string, TaskHandler>>;
  /** Replaces the waits between retries and those of Wait states, milliseconds; by default those of the document. */
  readonly retryIntervalMs?: number;
}

export interface ExecutionOptions {
  /** `$$.Execution.Id`. */
  readonly id: string;
  /** `$$.Execution.Name`. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly onTask?: (invocation: TaskInvocation) => void;
}

/** Step Functions' limit on what goes in and out of a state. */
const PAYLOAD_LIMIT_BYTES = 256 * 1024;

/** The longest delay a timer of Node takes is 2^31 - 1 ms. */
const NO_TIMEOUT_SECONDS = 2_000_000;

/**
 * Runs Amazon States Language documents in this process through `aws-local-stepfunctions`.
 *
 * Tasks are called as Lambda functions are: arguments and results are JSON, and errors are matched by their name.
 * A task has no time limit here: the interpreter cannot stop a function, and one that runs on while the state
 * machine takes it for failed would be worse than a slow one.
 *
 * @throws {EmbeddedError} `STATE_MACHINE_INVALID` when the lint or the validator refuses the document, or a task
 * has no handler.
 */
export class Interpreter {
  readonly #machine: StateMachine;
  readonly #handlersByState: ReadonlyMap<string, TaskHandler>;
  readonly #retryIntervals: Readonly<Record<string, number>>;
  readonly #waits: Readonly<Record<string, number>>;

  constructor(options: InterpreterOptions) {
    const { document, handlers, retryIntervalMs } = options;
    const findings = lintDocument(document);
    if (findings.length > 0) throw invalid(findings.join('\n'));
    this.#handlersByState = handlersByState(document, handlers);
    // The validator writes into the document, hence the copy.
    this.#machine = newMachine(withoutTimeouts(document));
    const states = retryIntervalMs === undefined ? [] : [...walkStates(document)];
    const waiting = states.filter(({ state }) => state.Type === 'Wait');
    this.#retryIntervals = Object.fromEntries(states.map(({ name }) => [name, retryIntervalMs ?? 0]));
    this.#waits = Object.fromEntries(waiting.map(({ name }) => [name, retryIntervalMs ?? 0]));
  }

  /** Runs one execution to its end. Rejects where the execution fails. */
  async run(options: ExecutionOptions): Promise<unknown> {
    const { id, name, input, onTask = () => {} } = options;
    const taskResourceLocalHandlers: Record<string, (input: unknown) => Promise<never>> = {};
    for (const [state, handler] of this.#handlersByState) {
      taskResourceLocalHandlers[state] = (taskInput) =>
        invoke(state, handler, taskInput, onTask) as Promise<never>;
    }
    const execution = this.#machine.run(input as never, {
      context: { Execution: { Id: id, Name: name } },
      overrides: {
        taskResourceLocalHandlers,
        retryIntervalOverrides: this.#retryIntervals,
        waitTimeOverrides: this.#waits,
      },
    });
    return await execution.result;
  }
}

async function invoke(
  state: string,
  handler: TaskHandler,
  taskInput: unknown,
  onTask: (invocation: TaskInvocation) => void,
): Promise<unknown> {
  const input = throughJson(taskInput, `input of ${state}`);
  try {
    const output = throughJson(await handler(input as never), `result of ${state}`);
    onTask({ state, input, output, error: null });
    return output;
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    onTask({ state, input, output: null, error });
    throw error;
  }
}

function throughJson(value: unknown, what: string): unknown {
  const text = JSON.stringify(value ?? null);
  const bytes = Buffer.byteLength(text);
  if (bytes > PAYLOAD_LIMIT_BYTES) {
    const error = new Error(`the ${what} has ${bytes} bytes, Step Functions takes ${PAYLOAD_LIMIT_BYTES}`);
    error.name = 'States.DataLimitExceeded';
    throw error;
  }
  return JSON.parse(text);
}

function handlersByState(
  document: StateMachineDocument,
  handlers: Readonly<Record<string, TaskHandler>>,
): Map<string, TaskHandler> {
  const byState = new Map<string, TaskHandler>();
  for (const { name, state } of walkStates(document)) {
    if (state.Type !== 'Task') continue;
    const handler = handlers[state.Resource ?? ''];
    if (handler === undefined) throw invalid(`${name}: there is no handler for ${state.Resource}`);
    byState.set(name, handler);
  }
  return byState;
}

function withoutTimeouts(document: StateMachineDocument): StateMachineDocument {
  const copy = structuredClone(document);
  for (const { state } of walkStates(copy)) {
    if (state.Type === 'Task') Object.assign(state, { TimeoutSeconds: NO_TIMEOUT_SECONDS });
  }
  return copy;
}

function newMachine(document: StateMachineDocument): StateMachine {
  try {
    return new StateMachine(document as unknown as StateMachineDefinition);
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function invalid(reason: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(`the state machine document is refused: ${reason}`, {
    code: 'STATE_MACHINE_INVALID',
    cause,
  });
}
