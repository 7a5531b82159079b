import { ExpressionFault } from '../fault.js';
import { BOOLEAN, DATE, INSTANT, INT, LONG, MOST_DIGITS, type SqlType, TEXT, typeText } from '../sql-type.js';
import { AGGREGATES } from './aggregates.js';
import { arithmetic, negate } from './arithmetic.js';
import type { Ast } from './ast.js';
import { alike, type Checked, comparable, showsOf } from './checked.js';
import { FUNCTIONS } from './functions.js';
import { nearest } from './nearest.js';

/** A column as an expression finds it. */
export interface FoundColumn {
  /** As expressions call the table. */
  readonly source: string;
  readonly name: string;
  readonly type: SqlType;
  readonly masked: boolean;
}

export interface ExpressionScope {
  /** @throws {ExpressionFault} where there is none, or more than one. */
  column(source: string | null, name: string, offset: number): FoundColumn;
  /** Whether the expression says something of many rows: columns then stand inside aggregates. */
  readonly aggregates: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Finds the columns of an expression and checks that types fit.
 *
 * @throws {ExpressionFault} at what does not.
 */
export function checkExpression(ast: Ast, scope: ExpressionScope): Checked {
  return new Checker(scope).check(ast);
}

class Checker {
  readonly #scope: ExpressionScope;
  #insideAggregate = false;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
  }

  check(ast: Ast): Checked {
    switch (ast.kind) {
      case 'number':
        return numberLiteral(ast.text, ast.offset);
      case 'text':
        return literal(TEXT, (dialect) => dialect.text(ast.value));
      case 'boolean':
        return literal(BOOLEAN, () => (ast.value ? 'TRUE' : 'FALSE'));
      case 'date': {
        const value = dateLiteral(ast.value, ast.offset);
        return literal(DATE, () => `DATE '${value}'`);
      }
      case 'instant': {
        const value = instantLiteral(ast.value, ast.offset);
        return literal(INSTANT, (dialect) => dialect.instant(value));
      }
      case 'column':
        return this.#column(ast.source, ast.name, ast.offset);
      case 'arithmetic':
        return arithmetic(ast.operator, this.check(ast.left), this.check(ast.right), ast.offset);
      case 'negate':
        return negate(this.check(ast.of), ast.offset);
      case 'compare': {
        const sides = comparable(
          [this.check(ast.left), this.check(ast.right)],
          [ast.left.offset, ast.right.offset],
        );
        return truth(sides, (sql) => sql.join(` ${ast.operator} `));
      }
      case 'isNull':
        return truth([this.check(ast.of)], ([of]) => `${of} IS ${ast.not ? 'NOT ' : ''}NULL`);
      case 'in':
        return this.#in(ast);
      case 'and':
      case 'or':
        return truth([this.#boolean(ast.left), this.#boolean(ast.right)], (sql) =>
          sql.join(ast.kind === 'and' ? ' AND ' : ' OR '),
        );
      case 'not':
        return truth([this.#boolean(ast.of)], ([of]) => `NOT ${of}`);
      case 'case':
        return this.#case(ast);
      case 'call':
        return this.#call(ast);
    }
  }

  #column(source: string | null, name: string, offset: number): Checked {
    const column = this.#scope.column(source, name, offset);
    if (this.#scope.aggregates && !this.#insideAggregate)
      throw new ExpressionFault(offset, `a metric reads columns inside an aggregate, such as sum(${name})`);
    return {
      type: column.type,
      shows: column.masked ? new Set([`${column.source}.${column.name}`]) : NOTHING,
      render: (dialect) => `${dialect.quote(column.source)}.${dialect.quote(column.name)}`,
    };
  }

  #boolean(ast: Ast): Checked {
    const checked = this.check(ast);
    if (checked.type.kind === 'boolean') return checked;
    throw new ExpressionFault(ast.offset, `must be true or false, and is ${typeText(checked.type)}`);
  }

  #in({ of, among, not, offset }: Extract<Ast, { kind: 'in' }>): Checked {
    if (among.length === 0) throw new ExpressionFault(offset, 'in takes at least one value');
    const asts = [of, ...among];
    const values = comparable(
      asts.map((value) => this.check(value)),
      asts.map((value) => value.offset),
    );
    return truth(values, ([one, ...rest]) => `${one} ${not ? 'NOT ' : ''}IN (${rest.join(', ')})`);
  }

  #case({ branches, otherwise }: Extract<Ast, { kind: 'case' }>): Checked {
    const whens = branches.map(({ when }) => this.#boolean(when));
    const gives = [...branches.map(({ give }) => give), ...(otherwise === null ? [] : [otherwise])];
    const values = alike(
      gives.map((give) => this.check(give)),
      gives.map(({ offset }) => offset),
    );
    return {
      type: values[0]!.type,
      shows: showsOf([...whens, ...values]),
      render: (dialect) => {
        const parts = whens.map(
          (when, index) => `WHEN ${when.render(dialect)} THEN ${values[index]!.render(dialect)}`,
        );
        const last = otherwise === null ? [] : [`ELSE ${values.at(-1)!.render(dialect)}`];
        return ['CASE', ...parts, ...last, 'END'].join(' ');
      },
    };
  }

  #call({ name, args: asts, offset }: Extract<Ast, { kind: 'call' }>): Checked {
    const isAggregate = Object.hasOwn(AGGREGATES, name);
    const rule = isAggregate ? AGGREGATES[name]! : Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]! : null;
    if (rule === null) {
      const known = [...Object.keys(FUNCTIONS), ...Object.keys(AGGREGATES)];
      throw new ExpressionFault(offset, `there is no function ${name}${nearest(name, known)}`);
    }
    if (asts.length < rule.least || asts.length > rule.most)
      throw new ExpressionFault(offset, `is called as ${rule.usage}, and has ${asts.length} arguments here`);
    if (!isAggregate) return rule.check({ name, offset, asts, args: asts.map((ast) => this.check(ast)) });
    if (!this.#scope.aggregates)
      throw new ExpressionFault(offset, `${name} says something of many rows: it belongs to metrics`);
    if (this.#insideAggregate) throw new ExpressionFault(offset, 'an aggregate cannot stand inside another');
    this.#insideAggregate = true;
    const args = asts.map((ast) => this.check(ast));
    this.#insideAggregate = false;
    return rule.check({ name, offset, asts, args });
  }
}

function literal(type: SqlType, render: Checked['render']): Checked {
  return { type, shows: NOTHING, render };
}

function truth(of: readonly Checked[], join: (sql: string[]) => string): Checked {
  return {
    type: BOOLEAN,
    shows: showsOf(of),
    render: (dialect) => `(${join(of.map((one) => one.render(dialect)))})`,
  };
}

function numberLiteral(text: string, offset: number): Checked {
  const [whole = '', fraction = ''] = text.replace(/^0+(?=\d)/, '').split('.');
  const digits = { precision: whole.length + fraction.length, scale: fraction.length };
  if (digits.precision > MOST_DIGITS)
    throw new ExpressionFault(offset, `has ${digits.precision} digits, and engines hold ${MOST_DIGITS}`);
  const isWhole = fraction === '' && whole.length < 19;
  const type: SqlType = isWhole ? (whole.length < 10 ? INT : LONG) : { kind: 'decimal', ...digits };
  return { type, digits, shows: NOTHING, render: () => (fraction === '' ? whole : `${whole}.${fraction}`) };
}

function dateLiteral(value: string, offset: number): string {
  const date = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  if (date !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)) return value;
  throw new ExpressionFault(offset, `${JSON.stringify(value)} is no day: write date '2026-01-31'`);
}

function instantLiteral(value: string, offset: number): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(value);
  const seconds = match?.[1] ?? '';
  const date = new Date(`${seconds}Z`);
  if (match !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(seconds))
    return `${seconds}.${(match[2] ?? '').padEnd(6, '0')}`;
  throw new ExpressionFault(
    offset,
    `${JSON.stringify(value)} is no moment in UTC: write instant '2026-01-31T08:00:00Z'`,
  );
}
