import { IcebergError } from '../error.js';
import { didYouMean } from './suggest.js';

/** The names of all options of a type; the compiler sees to it that none is missing or made up. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses what is no object of options, and options that do not exist: a misspelt one would go unheard. Throws
 * `INVALID_ARGUMENT`. Example: `checkOptions('compact', options, COMPACT_OPTIONS)`.
 */
export function checkOptions(
  operation: string,
  options: unknown,
  names: Readonly<Record<string, true>>,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new IcebergError(
      `${operation} takes its options as an object ({ ${Object.keys(names).join(', ')} }), not ${shown(options)}.`,
      { code: 'INVALID_ARGUMENT', context: { operation } },
    );
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    throw new IcebergError(
      `${operation} has no option "${name}".${didYouMean(name, Object.keys(names))} It takes ${Object.keys(names).join(', ')}.`,
      { code: 'INVALID_ARGUMENT', context: { operation, option: name } },
    );
  }
}

/** Refuses a value that is none of those an option has. Throws `INVALID_ARGUMENT`. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  throw new IcebergError(
    `${name} must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not ${shown(value)}.`,
    { code: 'INVALID_ARGUMENT', context: { option: name, value } },
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
