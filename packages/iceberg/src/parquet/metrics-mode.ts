/** How much is known of a column in manifests, as the table property `write.metadata.metrics.*` says. */
export type MetricsMode = { kind: 'none' | 'counts' | 'full' } | { kind: 'truncate'; length: number };

const DEFAULT_MODE: MetricsMode = { kind: 'truncate', length: 16 };
const MAX_INFERRED_COLUMNS = 100;

/**
 * Reads the metrics properties of the reference implementation: per column, a default, and, where neither is set, the
 * first 100 columns only, so that a table of thousands of columns keeps small manifests. An unreadable mode counts as
 * the default.
 */
export function metricsModes(
  properties: Readonly<Record<string, string>>,
): (name: string, position: number) => MetricsMode {
  const configured = parseMode(properties['write.metadata.metrics.default']);
  const limit = Number(
    properties['write.metadata.metrics.max-inferred-column-defaults'] ?? MAX_INFERRED_COLUMNS,
  );
  return (name, position) => {
    const own = parseMode(properties[`write.metadata.metrics.column.${name}`]);
    if (own !== null) return own;
    if (configured !== null) return configured;
    return position < limit ? DEFAULT_MODE : { kind: 'none' };
  };
}

function parseMode(text: string | undefined): MetricsMode | null {
  if (text === undefined) return null;
  const mode = text.trim().toLowerCase();
  if (mode === 'none' || mode === 'counts' || mode === 'full') return { kind: mode };
  const match = /^truncate\((\d+)\)$/.exec(mode);
  return match && Number(match[1]) > 0 ? { kind: 'truncate', length: Number(match[1]) } : null;
}
