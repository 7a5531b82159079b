import { athena } from './athena.js';
import type { Dialect, DialectName } from './dialect.js';
import { duckdb } from './duckdb.js';
import { snowflake } from './snowflake.js';
import { spark } from './spark.js';

export const dialects: Readonly<Record<DialectName, Dialect>> = { athena, snowflake, spark, duckdb };
