import { ExpressionFault } from '../fault.js';

type TokenKind = 'name' | 'number' | 'text' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Names in lower case; texts without their quotes. */
  readonly text: string;
  readonly offset: number;
}

const SYMBOLS = ['<=', '>=', '<>', '!=', '=', '<', '>', '+', '-', '*', '/', '(', ')', ',', '.'];
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const SPACE = /\s+/y;
const TEXT = /'(?:[^']|'')*'/y;
/** No expression that a person writes has more. */
const MOST_TOKENS = 1000;

/**
 * Cuts an expression into tokens; the last is `end`.
 *
 * @throws {ExpressionFault} at the first character that no token begins with.
 */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset;
    return pattern.exec(expression)?.[0] ?? null;
  };
  while (offset < expression.length) {
    const space = take(SPACE);
    if (space !== null) {
      offset += space.length;
      continue;
    }
    const [kind, raw] = tokenAt(expression, offset, take);
    if (tokens.length === MOST_TOKENS)
      throw new ExpressionFault(offset, `an expression has at most ${MOST_TOKENS} words and signs`);
    tokens.push({ kind, text: spelled(kind, raw), offset });
    offset += raw.length;
  }
  return [...tokens, { kind: 'end', text: '', offset }];
}

function tokenAt(
  expression: string,
  offset: number,
  take: (pattern: RegExp) => string | null,
): [TokenKind, string] {
  const name = take(NAME);
  if (name !== null) return ['name', name];
  const number = take(NUMBER);
  if (number !== null) return ['number', number];
  const text = take(TEXT);
  if (text !== null) {
    const control = text.search(/\p{Cc}/u);
    if (control < 0) return ['text', text];
    throw new ExpressionFault(offset + control, 'a text cannot hold control characters');
  }
  const symbol = SYMBOLS.find((candidate) => expression.startsWith(candidate, offset));
  if (symbol !== undefined) return ['symbol', symbol];
  const character = String.fromCodePoint(expression.codePointAt(offset)!);
  if (character === "'") throw new ExpressionFault(offset, 'the text that begins here has no end');
  const advice = character === '"' ? ": texts stand between ' and '" : '';
  throw new ExpressionFault(offset, `${JSON.stringify(character)} means nothing in an expression${advice}`);
}

function spelled(kind: TokenKind, raw: string): string {
  if (kind === 'name') return raw.toLowerCase();
  if (kind === 'text') return raw.slice(1, -1).replaceAll("''", "'");
  return raw === '!=' ? '<>' : raw;
}
