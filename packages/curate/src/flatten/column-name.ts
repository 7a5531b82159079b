/** Column names are core's: the OpenAPI form of a contract foretells them. */
export { ColumnNames } from '@lean-ops/core';
