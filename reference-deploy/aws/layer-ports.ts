import type { StateStore } from '@lean-ops/core';
import type { LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { layerNames, openCatalog } from './catalog.js';
import { readEnvironment } from './environment.js';
import type { FunctionPorts } from './runtime.js';
import { openStateStore } from './state-store.js';

/** What the functions that work on the layers' tables are given besides what all are. */
export interface LayerPorts extends FunctionPorts {
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly names: LayerNames;
}

export function layerPorts(ports: FunctionPorts): LayerPorts {
  return {
    ...ports,
    state: openStateStore(ports),
    catalog: openCatalog(),
    names: layerNames(readEnvironment(['project', 'environment'])),
  };
}
