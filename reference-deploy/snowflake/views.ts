import type { CheckedView } from '../semantic/checked-view.js';
import type { Dialect } from '../semantic/dialect/dialect.js';
import { snowflake } from '../semantic/dialect/snowflake.js';
import { viewSql } from '../semantic/view-sql.js';
import { type SnowflakeSettings, snowflakeNames } from './settings.js';
import { literal, named, script } from './statements.js';

/** The Semantic layer. Everybody may read its views; masked columns are null to all but those who may see them. */
export function viewsScript(views: readonly CheckedView[], settings: SnowflakeSettings): string {
  const { curated, semantic } = snowflakeNames(settings);
  const dialect = restricted(settings.roles.sensitiveReader);
  return script(
    ['Run again whenever a view changed.'],
    [
      `USE ROLE ${named(settings.roles.owner)}`,
      ...views.map((view) => viewSql(view, { curated, semantic }, dialect)),
    ],
  );
}

/** Snowflake, with masked columns for one role. In every edition: masking policies would ask for a larger one. */
function restricted(role: string): Dialect {
  return {
    ...snowflake,
    viewColumn: (sql, type, sensitive) =>
      sensitive
        ? `CASE WHEN IS_ROLE_IN_SESSION(${literal(role.toUpperCase())}) THEN ${sql} END`
        : snowflake.viewColumn(sql, type, sensitive),
  };
}
