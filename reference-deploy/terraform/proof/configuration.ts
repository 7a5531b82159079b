import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { hclParserPath, type UsedTypes } from './provider-bindings.js';

/** The folder that holds the root module. */
export const terraformFolder: string = join(import.meta.dirname, '..');

/** What a body of HCL says: arguments by name, and blocks by type as lists of bodies. */
export type Body = Readonly<Record<string, unknown>>;

/** One resource or data source as it is written. */
export interface Written {
  readonly file: string;
  readonly kind: 'resource' | 'data';
  readonly type: string;
  readonly name: string;
  readonly body: Body;
}

/** Every `.tf` file of the root module and its modules, by path below it. */
export function configurationFiles(folder: string = terraformFolder): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tf') && !file.includes('.terraform'))
    .sort();
}

/** Parses all files with the HCL parser; only after `installBindings`. */
export async function readConfiguration(folder: string = terraformFolder): Promise<readonly Written[]> {
  const parser = createRequire(import.meta.url)(hclParserPath()) as {
    parse(file: string, text: string): Promise<Record<string, unknown>>;
  };
  const written: Written[] = [];
  for (const file of configurationFiles(folder)) {
    const parsed = await parser.parse(file, readFileSync(join(folder, file), 'utf8'));
    for (const kind of ['resource', 'data'] as const) {
      const types = (parsed[kind] ?? {}) as Record<string, Record<string, readonly Body[]>>;
      for (const [type, names] of Object.entries(types)) {
        for (const [name, bodies] of Object.entries(names)) {
          for (const body of bodies) written.push({ file: relative('.', file), kind, type, name, body });
        }
      }
    }
  }
  return written;
}

/** The provider's types that the configuration names, without parsing it. */
export function usedTypes(folder: string = terraformFolder): UsedTypes {
  const used = { resource: new Set<string>(), data: new Set<string>() };
  for (const file of configurationFiles(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, kind, type] of text.matchAll(/^(resource|data) "(aws_\w+)"/gm))
      used[kind as 'resource' | 'data'].add(type!);
  }
  return { resources: [...used.resource].sort(), dataSources: [...used.data].sort() };
}
