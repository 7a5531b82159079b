import { describe, test } from 'vitest';

/** A suite that needs something: without it, one skipped test whose line says what would enable it. */
export function suiteWhere(missing: string | null, title: string, body: () => void): void {
  if (missing === null) describe(title, body);
  else test(title, (context) => context.skip(missing));
}

/** A test that needs something: skipped with a line that says what would enable it where that is missing. */
export function testWhere(
  missing: string | null,
  title: string,
  body: () => Promise<void>,
  timeout?: number,
): void {
  if (missing === null) test(title, body, timeout);
  else test(title, (context) => context.skip(missing));
}

/** What to say where the folder of fixtures that others wrote is not beside this checkout. */
export const FIXTURES_MISSING = 'needs the fixtures of other projects in ../shared/fixtures';
