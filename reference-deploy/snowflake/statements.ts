import { snowflake } from '../semantic/dialect/snowflake.js';

/** A name of one or several parts, quoted. */
export function named(...parts: readonly string[]): string {
  return parts.map((part) => snowflake.quote(part)).join('.');
}

export function literal(text: string): string {
  return snowflake.text(text);
}

/** What a file begins with: what it is, and whoever runs it. */
export const MADE_BY = 'Made by lean-ops snowflake';

/** A file of statements; lines that begin with `--` stay as they are. */
export function script(remarks: readonly string[], statements: readonly string[]): string {
  const head = [`${MADE_BY}: change the settings or the contracts, not this.`, ...remarks];
  const body = statements.map((statement) => `${statement};`);
  return `${[head.map((line) => `-- ${line}`).join('\n'), ...body].join('\n\n')}\n`;
}
