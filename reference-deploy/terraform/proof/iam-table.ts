import { EXTRA_ACTIONS } from './call-actions.js';
import type { PolicyStatement } from './policy.js';

/**
 * What each caller may do, as a table of `docs/security.md`. What every function may (logs, traces, key) is left out.
 *
 * @param heading Of the first column.
 * @param prefix `{project}-{environment}` of the plan, written as `{prefix}`.
 */
export function iamTable(
  heading: string,
  policies: ReadonlyMap<string, readonly PolicyStatement[]>,
  prefix: string,
): string {
  const rows = [...policies]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, statements]) => `| ${name} | ${cell(statements, prefix)} |`);
  return [`| ${heading} | may |`, '|---|---|', ...rows].join('\n');
}

function cell(statements: readonly PolicyStatement[], prefix: string): string {
  const byResources = new Map<string, Set<string>>();
  for (const { actions, resources } of statements) {
    const own = actions.filter((action) => !(action in EXTRA_ACTIONS));
    if (own.length === 0) continue;
    const place = [...new Set(resources.map((resource) => shortened(resource, prefix)))]
      .filter((resource) => resource !== '')
      .sort()
      .join(', ');
    byResources.set(place, new Set([...(byResources.get(place) ?? []), ...own]));
  }
  const parts = [...byResources].map(
    ([place, actions]) => `${grouped([...actions].sort())} on ${place === '*' ? 'any' : `\`${place}\``}`,
  );
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

/** `s3:GetObject`, `s3:PutObject` as `s3: GetObject, PutObject`. */
function grouped(actions: readonly string[]): string {
  const services = new Map<string, string[]>();
  for (const action of actions) {
    const [service = '', call = ''] = action.split(':');
    services.set(service, [...(services.get(service) ?? []), call]);
  }
  return [...services].map(([service, calls]) => `${service}: ${calls.join(', ')}`).join('; ');
}

/** Without partition, region and account; the catalog itself belongs to every call of Glue and says nothing. */
function shortened(resource: string, prefix: string): string {
  const [, , service, , , ...rest] = resource.split(':');
  if (service === undefined) return resource;
  const name = rest
    .join(':')
    .replaceAll(prefix, '{prefix}')
    .replaceAll(prefix.replaceAll('-', '_'), '{prefix}');
  return service === 'glue' && !name.startsWith('table/') ? '' : name;
}
