import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { expect } from 'vitest';
import { root } from '../../../scripts/peers/set-up.js';
import { testWhere } from '../../../test/support/suite-where.js';
import { connectEmulator, type Emulator } from '../emulator/emulator.js';
import { rehearse } from '../rehearse.js';
import { isGood } from '../report.js';

const missing = await whatIsMissing();

async function whatIsMissing(): Promise<string | null> {
  if (process.env['LEAN_OPS_TEST'] !== 'full') return 'npm run test:full rehearses in a container';
  if (!existsSync(join(root, 'reference-deploy', 'dist', 'lambda', 'sqs-processor.zip')))
    return 'needs the zips of npm run build:lambdas';
  return await getContainerRuntimeClient().then(
    () => null,
    () => 'needs a running Docker',
  );
}

/** Inside and outside the same: addresses of queues hold the port. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startInContainer({ region }: { readonly region: string }): Promise<Emulator> {
  const port = await freePort();
  const image = await GenericContainer.fromDockerfile(
    join(root, 'reference-deploy', 'rehearsal', 'emulator'),
  ).build('lean-ops-rehearsal', { deleteOnExit: false });
  const container = await image
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({ REHEARSAL_PORT: String(port), MINISTACK_REGION: region })
    .withWaitStrategy(Wait.forLogMessage(/listening on/))
    .start();
  return connectEmulator(`http://127.0.0.1:${port}`, async () => void (await container.stop()));
}

testWhere(
  missing,
  'the rehearsal goes as it must on the emulator in a container, too',
  async () => {
    let emulator: Emulator | undefined;
    try {
      const result = await rehearse(
        { topics: 8, events: 2_000, seed: 7, keep: false, record: false },
        {
          signal: AbortSignal.timeout(1_800_000),
          say: () => undefined,
          onEmulator: (started) => {
            emulator = started;
          },
          start: startInContainer,
        },
      );
      expect(result.scenes.filter(({ fault }) => fault !== null)).toEqual([]);
      expect(isGood(result)).toBe(true);
    } finally {
      await emulator?.stop();
    }
  },
  1_800_000,
);
