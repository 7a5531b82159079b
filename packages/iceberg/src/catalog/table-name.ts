import { IcebergError } from '../error.js';
import type { TableIdentifier } from './catalog.js';

/** `namespace.name`, for messages and keys. */
export function identifierText({ namespace, name }: TableIdentifier): string {
  return namespace === '' ? name : `${namespace}.${name}`;
}

/**
 * Folder of a table below its warehouse: one level per part of the namespace, none for the empty one. Throws
 * `INVALID_NAME`.
 */
export function tableFolder(identifier: TableIdentifier): string {
  const { namespace, name } = identifier;
  const parts = [...(namespace === '' ? [] : namespace.split('.')), name];
  for (const part of parts) {
    if (!/^[^/\\\0]+$/.test(part) || part === '..' || part === '.') {
      throw new IcebergError(
        `The table name "${identifierText(identifier)}" is not valid: "${part}" cannot be the name of a folder.`,
        { code: 'INVALID_NAME', context: { ...identifier } },
      );
    }
  }
  return parts.join('/');
}

export function tableNotFound(identifier: TableIdentifier, where: string): IcebergError {
  return new IcebergError(`There is no table ${identifierText(identifier)} in ${where}.`, {
    code: 'TABLE_NOT_FOUND',
    context: { ...identifier, where },
  });
}

export function namespaceNotFound(namespace: string, where: string): IcebergError {
  const message =
    namespace === ''
      ? `There is nothing at ${where}: no folder, and no file below it. The first table that is created makes it.`
      : `There is no namespace ${namespace} in ${where}.`;
  return new IcebergError(message, { code: 'NAMESPACE_NOT_FOUND', context: { namespace, where } });
}

export function tableAlreadyExists(identifier: TableIdentifier, where: string): IcebergError {
  return new IcebergError(
    `The table ${identifierText(identifier)} is already in ${where}; load it instead.`,
    {
      code: 'TABLE_ALREADY_EXISTS',
      context: { ...identifier, where },
    },
  );
}
