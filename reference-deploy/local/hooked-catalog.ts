import { FolderCatalog, type LoadedMetadata, type TableCommit } from '@lean-ops/iceberg';

type FolderCatalogOptions = ConstructorParameters<typeof FolderCatalog>[0];

/** A folder catalog that says when a commit is about to be made and when it was made. */
export class HookedCatalog extends FolderCatalog {
  readonly #at: (point: string) => void | Promise<void>;

  constructor(options: FolderCatalogOptions, at: (point: string) => void | Promise<void>) {
    super(options);
    this.#at = at;
  }

  override async commitTable(commit: TableCommit): Promise<LoadedMetadata> {
    const { namespace, name } = commit.identifier;
    await this.#at(`commit:before:${namespace}.${name}`);
    const loaded = await super.commitTable(commit);
    await this.#at(`commit:after:${namespace}.${name}`);
    return loaded;
  }
}
