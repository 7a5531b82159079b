import { IcebergError } from '../error.js';
import {
  and,
  type Expression,
  eq,
  gtEq,
  isIn,
  isNaN as isNan,
  isNull,
  type LiteralValue,
  ltEq,
  not,
  notIn,
  notNaN,
  notNull,
  or,
  startsWith,
} from './expression.js';

/** Parts of a path are plain or in double quotes: `place.lat`, `"odd name".lat`, `place."odd name"`. */
const TOKEN =
  /\s*(?:(>=|<=|<>|!=|==|=|<|>|\(|\)|,)|'((?:[^']|'')*)'|([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|((?:"(?:[^"]|"")*"|[A-Za-z_][\w.]*)(?:(?:\.|(?<=\.))(?:"(?:[^"]|"")*"|[\w.]+))*))/y;
const OPERATORS: Record<string, 'eq' | 'notEq' | 'lt' | 'ltEq' | 'gt' | 'gtEq'> = {
  '=': 'eq',
  '==': 'eq',
  '<>': 'notEq',
  '!=': 'notEq',
  '<': 'lt',
  '<=': 'ltEq',
  '>': 'gt',
  '>=': 'gtEq',
};

interface Token {
  kind: 'symbol' | 'text' | 'quoted' | 'number' | 'word';
  text: string;
  at: number;
}

/**
 * Reads a filter such as `a = 1 and (b > 'x' or c is null)`. Knows `= != <> < <= > >=`, `[not] in (…)`,
 * `[not] between … and …`, `is [not] null`, `is [not] nan`, `[not] like 'prefix%'`, `and`, `or`, `not`, parentheses; a
 * boolean column may stand alone. Text stands in single quotes (doubled inside), unusual column names in double quotes; a
 * field of a struct is named by its path, `place.lat`. Integers stay exact. Throws `INVALID_ARGUMENT` with the place.
 */
export function parseFilter(text: string): Expression {
  return new FilterParser(text).parse();
}

class FilterParser {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = this.#tokenize();
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#next < this.#tokens.length) throw this.#error('the end was expected');
    return expression;
  }

  #tokenize(): Token[] {
    const tokens: Token[] = [];
    const pattern = new RegExp(TOKEN.source, 'y');
    const end = this.#text.trimEnd().length;
    while (pattern.lastIndex < end) {
      const at = pattern.lastIndex;
      const match = pattern.exec(this.#text);
      if (match === null) throw this.#error('there is a character that means nothing here', at);
      const [, symbol, quoted, number, name = ''] = match;
      if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
      else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll("''", "'"), at });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
      else tokens.push({ kind: name.includes('"') ? 'quoted' : 'word', text: unquoted(name), at });
    }
    return tokens;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#takeWord('or')) left = or(left, this.#and());
    return left;
  }

  #and(): Expression {
    let left = this.#unary();
    while (this.#takeWord('and')) left = and(left, this.#unary());
    return left;
  }

  #unary(): Expression {
    if (this.#takeWord('not')) return not(this.#unary());
    if (this.#takeSymbol('(')) {
      const inner = this.#or();
      if (!this.#takeSymbol(')')) throw this.#error('")" was expected');
      return inner;
    }
    return this.#predicate();
  }

  #predicate(): Expression {
    const token = this.#tokens[this.#next++];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) {
      this.#next--;
      throw this.#error('a column was expected');
    }
    const column = token.text;
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      if (this.#takeWord('nan')) return negated ? notNaN(column) : isNan(column);
      if (!this.#takeWord('null')) throw this.#error('"null" or "nan" was expected');
      return negated ? notNull(column) : isNull(column);
    }
    if (this.#isAlone()) return eq(column, true);
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) return negated ? notIn(column, this.#list()) : isIn(column, this.#list());
    if (this.#takeWord('between')) return negated ? not(this.#between(column)) : this.#between(column);
    if (this.#takeWord('like')) return negated ? not(this.#like(column)) : this.#like(column);
    const operator = OPERATORS[this.#tokens[this.#next]?.text ?? ''];
    if (negated || operator === undefined || this.#tokens[this.#next]!.kind !== 'symbol')
      throw this.#error('a comparison was expected');
    this.#next++;
    return { op: operator, column, value: this.#literal() };
  }

  /** Whether the column that was read is a condition by itself. */
  #isAlone(): boolean {
    const token = this.#tokens[this.#next];
    return (
      token === undefined || this.#isSymbol(')') || (token.kind === 'word' && /^(and|or)$/i.test(token.text))
    );
  }

  #between(column: string): Expression {
    const low = this.#literal();
    if (!this.#takeWord('and')) throw this.#error('"and" was expected');
    return and(gtEq(column, low), ltEq(column, this.#literal()));
  }

  #like(column: string): Expression {
    const pattern = this.#literal();
    if (typeof pattern !== 'string' || !/^[^%_]*%$/.test(pattern))
      throw this.#error("only like 'prefix%' is known");
    return startsWith(column, pattern.slice(0, -1));
  }

  #list(): LiteralValue[] {
    if (!this.#takeSymbol('(')) throw this.#error('"(" was expected');
    if (this.#isSymbol(')')) throw this.#error('a list needs at least one value');
    const values = [this.#literal()];
    while (this.#takeSymbol(',')) values.push(this.#literal());
    if (!this.#takeSymbol(')')) throw this.#error('")" was expected');
    return values;
  }

  #literal(): LiteralValue {
    const token = this.#tokens[this.#next];
    if (token?.kind === 'text') return this.#advance(token.text);
    if (token?.kind === 'number') return this.#advance(numberLiteral(token.text));
    if (token?.kind === 'word' && /^(true|false)$/i.test(token.text))
      return this.#advance(token.text.toLowerCase() === 'true');
    throw this.#error('a value was expected (text in single quotes, a number, true or false)');
  }

  #advance(value: LiteralValue): LiteralValue {
    this.#next++;
    return value;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false;
    this.#next++;
    return true;
  }

  #isSymbol(symbol: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === 'symbol' && token.text === symbol;
  }

  #error(reason: string, at: number = this.#tokens[this.#next]?.at ?? this.#text.length): IcebergError {
    return new IcebergError(`The filter "${this.#text}" cannot be read at character ${at + 1}: ${reason}.`, {
      code: 'INVALID_ARGUMENT',
      context: { filter: this.#text, at },
    });
  }
}

function unquoted(name: string): string {
  return name.replace(/"((?:[^"]|"")*)"/g, (_, part: string) => part.replaceAll('""', '"'));
}

/** Integers beyond what a double holds stay exact. */
function numberLiteral(text: string): number | bigint {
  const number = Number(text);
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text.replace('+', '')) : number;
}
