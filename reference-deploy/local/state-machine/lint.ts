import { type LocatedState, type StateMachineDocument, walkStates } from './document.js';

/** Fields that only JSONata states have. */
const JSONATA_FIELDS = ['Arguments', 'Output', 'Assign', 'Items'];

/**
 * What is wrong with a document beyond its grammar; an empty list is good.
 *
 * Refuses JSONata (interpreters of the older language skip it without a word), a task that drops the state it was
 * given, and whatever lets one failing item end a Map and with it every other item.
 */
export function lintDocument(document: StateMachineDocument): string[] {
  const findings: string[] = [...jsonataIn(document, '$')];
  const names = new Set<string>();
  for (const { name, state, inMap } of walkStates(document)) {
    if (names.has(name)) findings.push(`${name}: two states have this name; handlers are found by it`);
    names.add(name);
    if (isDistributedMap(state) && state['ToleratedFailurePercentage'] !== 100) {
      findings.push(
        `${name}: without a ToleratedFailurePercentage of 100 an item that fails past every Catch ends all the others`,
      );
    }
    if (state.Type !== 'Task') continue;
    if (typeof state['ResultPath'] !== 'string' || state['ResultPath'] === '$') {
      findings.push(`${name}: without a ResultPath its result replaces the input, topic_name included`);
    }
    const catchesAll = state.Catch?.some((catcher) => catcher.ErrorEquals.includes('States.ALL')) ?? false;
    if (inMap && !catchesAll) {
      findings.push(`${name}: without a Catch of States.ALL one failing item ends the whole Map`);
    }
    if (state.TimeoutSeconds === undefined) findings.push(`${name}: a task needs its TimeoutSeconds`);
  }
  return findings;
}

/** Its items run as executions of their own, some of whose errors (`States.DataLimitExceeded`) no Catch takes. */
function isDistributedMap({ Type, ItemProcessor }: LocatedState['state']): boolean {
  const config = ItemProcessor?.['ProcessorConfig'] as { readonly Mode?: string } | undefined;
  return Type === 'Map' && config?.Mode === 'DISTRIBUTED';
}

function* jsonataIn(value: unknown, path: string): Iterable<string> {
  if (typeof value === 'string') {
    if (value.includes('{%')) yield `${path}: holds a JSONata expression; use JSONPath`;
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const childPath = `${path}.${key}`;
    if (key === 'QueryLanguage' && child !== 'JSONPath') {
      yield `${childPath}: ${JSON.stringify(child)} is not supported; use JSONPath`;
    }
    if (JSONATA_FIELDS.includes(key) && isState(value)) {
      yield `${childPath}: a field of JSONata states; use JSONPath`;
    }
    yield* jsonataIn(child, childPath);
  }
}

function isState(value: object): boolean {
  return 'Type' in value && typeof value.Type === 'string';
}
