import { defineConfig, type Options } from 'tsup';

type Config = ReturnType<typeof defineConfig>;

/** The one bundle configuration of the published packages: ESM only, one file per public entry point. */
export function packageConfig(entry: Record<string, string>): Config {
  return defineConfig(
    (overrides: Options): Options => ({
      entry,
      format: ['esm'],
      target: 'node22',
      tsconfig: 'tsconfig.build.json',
      platform: 'node',
      // tsup would turn `node:sqlite` into `sqlite`, which does not exist.
      removeNodeProtocol: false,
      sourcemap: true,
      clean: true,
      splitting: true,
      dts: overrides.dts ?? false,
    }),
  );
}
