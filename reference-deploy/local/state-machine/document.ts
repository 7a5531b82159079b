import { EmbeddedError } from '../error.js';

/** A state of an Amazon States Language document, as far as the runtime looks into it. */
interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly unknown[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly ItemProcessor?: StateMachineDocument;
  readonly Branches?: readonly StateMachineDocument[];
  readonly [field: string]: unknown;
}

export interface StateMachineDocument {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly [field: string]: unknown;
}

export interface LocatedState {
  readonly name: string;
  readonly state: State;
  /** Whether it runs once per item of a Map. */
  readonly inMap: boolean;
}

/**
 * Reads a document whose `${placeholders}` stand for the resources of one deployment.
 *
 * @throws {EmbeddedError} `STATE_MACHINE_INVALID` for text that is not JSON or a placeholder without a value.
 */
export function readDocument(text: string, values: Readonly<Record<string, string>>): StateMachineDocument {
  const filled = text.replace(/\$\{([^}]*)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new EmbeddedError(
        `the state machine uses ${placeholder}, for which there is no resource: known are ${Object.keys(values).join(', ')}`,
        { code: 'STATE_MACHINE_INVALID', context: { placeholder } },
      );
    }
    return value;
  });
  try {
    return JSON.parse(filled) as StateMachineDocument;
  } catch (cause) {
    throw new EmbeddedError(`the state machine is not JSON: ${String(cause)}`, {
      code: 'STATE_MACHINE_INVALID',
      cause,
    });
  }
}

/** The names between `${` and `}`, without repetition, in order. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1] as string))];
}

/** Every state, those inside Maps and Parallels too. */
export function* walkStates(document: StateMachineDocument, inMap = false): Iterable<LocatedState> {
  for (const [name, state] of Object.entries(document.States)) {
    yield { name, state, inMap };
    if (state.ItemProcessor !== undefined) yield* walkStates(state.ItemProcessor, true);
    for (const branch of state.Branches ?? []) yield* walkStates(branch, inMap);
  }
}
