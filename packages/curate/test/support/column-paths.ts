import { STANDARDIZED, type World } from './world.js';

/** Column → JSON path, as the table remembers it. */
export async function columnPathsOf(world: World): Promise<Map<string, string>> {
  if (!(await world.catalog.tableExists(STANDARDIZED))) return new Map();
  const table = await world.catalog.loadTable(STANDARDIZED);
  return new Map(
    Object.entries(JSON.parse(table.properties['lean-ops.column-paths'] ?? '{}') as Record<string, string>),
  );
}
