import { ExpressionFault } from '../fault.js';
import type { Arithmetic, Ast, Comparison } from './ast.js';
import { type Token, tokensOf } from './tokens.js';

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
/** No expression that a person writes is deeper. */
const MOST_LEVELS = 100;
/** Words that cannot name a column unless its source stands before them. */
const WORDS: ReadonlySet<string> = new Set(
  'and or not is null in case when then else end true false date instant'.split(' '),
);

/** Whether a name means something else in an expression: no table can be called by it. */
export function isWord(name: string): boolean {
  return WORDS.has(name);
}

/**
 * Reads an expression: columns, literals, `+ - * /`, comparisons, `is null`, `in`, `and or not`, `case`, and calls.
 *
 * @throws {ExpressionFault} where it cannot be read.
 */
export function parseExpression(text: string): Ast {
  return new Parser(tokensOf(text)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #level = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Ast {
    const ast = this.#or();
    if (this.#peek().kind !== 'end') throw this.#unexpected('an operator');
    return ast;
  }

  #or(): Ast {
    this.#level += 1;
    if (this.#level > MOST_LEVELS)
      throw new ExpressionFault(this.#peek().offset, `an expression has at most ${MOST_LEVELS} levels`);
    let left = this.#and();
    for (let at = this.#word('or'); at !== null; at = this.#word('or'))
      left = { kind: 'or', offset: at, left, right: this.#and() };
    this.#level -= 1;
    return left;
  }

  #and(): Ast {
    let left = this.#not();
    for (let at = this.#word('and'); at !== null; at = this.#word('and'))
      left = { kind: 'and', offset: at, left, right: this.#not() };
    return left;
  }

  #not(): Ast {
    let [nots, offset] = [0, this.#peek().offset];
    for (let at = this.#word('not'); at !== null; at = this.#word('not')) {
      nots += 1;
      offset = Math.min(offset, at);
    }
    const of = this.#comparison();
    return nots % 2 === 0 ? of : { kind: 'not', offset, of };
  }

  #comparison(): Ast {
    const left = this.#sum();
    const token = this.#peek();
    if (token.kind === 'symbol' && COMPARISONS.includes(token.text)) {
      this.#next += 1;
      return {
        kind: 'compare',
        offset: token.offset,
        operator: token.text as Comparison,
        left,
        right: this.#sum(),
      };
    }
    if (this.#word('is') !== null) {
      const not = this.#word('not') !== null;
      if (this.#word('null') === null) throw this.#unexpected('null');
      return { kind: 'isNull', offset: token.offset, of: left, not };
    }
    const not = this.#word('not') !== null;
    if (this.#word('in') !== null)
      return { kind: 'in', offset: token.offset, of: left, among: this.#list(), not };
    if (not) throw this.#unexpected('in');
    return left;
  }

  #sum(): Ast {
    let left = this.#product();
    for (let token = this.#symbol('+', '-'); token !== null; token = this.#symbol('+', '-'))
      left = this.#arithmetic(token, left, this.#product());
    return left;
  }

  #product(): Ast {
    let left = this.#unary();
    for (let token = this.#symbol('*', '/'); token !== null; token = this.#symbol('*', '/'))
      left = this.#arithmetic(token, left, this.#unary());
    return left;
  }

  #arithmetic({ text, offset }: Token, left: Ast, right: Ast): Ast {
    return { kind: 'arithmetic', offset, operator: text as Arithmetic, left, right };
  }

  #unary(): Ast {
    const minus = this.#symbol('-');
    return minus === null ? this.#primary() : { kind: 'negate', offset: minus.offset, of: this.#primary() };
  }

  #primary(): Ast {
    const token = this.#peek();
    const { offset, text } = token;
    this.#next += 1;
    if (token.kind === 'number') return { kind: 'number', offset, text };
    if (token.kind === 'text') return { kind: 'text', offset, value: text };
    if (token.kind === 'symbol' && text === '(') {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    this.#next -= 1;
    if (token.kind === 'name') return this.#named(token);
    throw this.#unexpected('a column, a literal or a function');
  }

  #named({ text, offset }: Token): Ast {
    const after = this.#tokens[this.#next + 1]!;
    if ((text === 'date' || text === 'instant') && after.kind === 'text') {
      this.#next += 2;
      return { kind: text, offset, value: after.text };
    }
    if (text === 'true' || text === 'false') {
      this.#next += 1;
      return { kind: 'boolean', offset, value: text === 'true' };
    }
    if (text === 'case') return this.#case(offset);
    if (after.kind === 'symbol' && after.text === '.') return this.#columnOfSource(text, offset);
    if (WORDS.has(text)) throw this.#unexpected('a column, a literal or a function');
    this.#next += 1;
    if (after.kind === 'symbol' && after.text === '(')
      return { kind: 'call', offset, name: text, args: this.#list() };
    return { kind: 'column', offset, source: null, name: text };
  }

  #columnOfSource(source: string, offset: number): Ast {
    this.#next += 2;
    const name = this.#peek();
    if (name.kind !== 'name') throw this.#unexpected('the name of a column');
    this.#next += 1;
    return { kind: 'column', offset, source, name: name.text };
  }

  #case(offset: number): Ast {
    this.#next += 1;
    const branches: { when: Ast; give: Ast }[] = [];
    while (this.#word('when') !== null) {
      const when = this.#or();
      if (this.#word('then') === null) throw this.#unexpected('then');
      branches.push({ when, give: this.#or() });
    }
    if (branches.length === 0) throw this.#unexpected('when');
    const otherwise = this.#word('else') === null ? null : this.#or();
    if (this.#word('end') === null) throw this.#unexpected('end');
    return { kind: 'case', offset, branches, otherwise };
  }

  #list(): Ast[] {
    this.#expect('(');
    const items: Ast[] = [];
    if (this.#symbol(')') !== null) return items;
    do items.push(this.#or());
    while (this.#symbol(',') !== null);
    this.#expect(')');
    return items;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** Where the word stood, or null where another follows. */
  #word(word: string): number | null {
    const token = this.#peek();
    if (token.kind !== 'name' || token.text !== word) return null;
    this.#next += 1;
    return token.offset;
  }

  #symbol(...symbols: string[]): Token | null {
    const token = this.#peek();
    if (token.kind !== 'symbol' || !symbols.includes(token.text)) return null;
    this.#next += 1;
    return token;
  }

  #expect(symbol: string): void {
    if (this.#symbol(symbol) === null) throw this.#unexpected(symbol);
  }

  #unexpected(wanted: string): ExpressionFault {
    const { kind, text, offset } = this.#peek();
    const found = kind === 'end' ? 'the expression ends here' : `here stands ${JSON.stringify(text)}`;
    return new ExpressionFault(offset, `${found}, and ${wanted} should follow`);
  }
}
