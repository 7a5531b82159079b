import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmulatorUnavailable, startEmulator } from './emulator.js';

describe('the emulator', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('that cannot be installed says what it needs and why, and leaves nothing that looks installed', async () => {
    const home = join(folder, 'rehearsal');
    const started = startEmulator({
      region: 'eu-west-1',
      home,
      install: async () => {
        throw new Error('python3 -m venv ended with 1: no network');
      },
      say: () => {},
    });
    await expect(started).rejects.toThrow(EmulatorUnavailable);
    await expect(started).rejects.toThrow(/Python 3\.10 or newer.*no network/);
    expect(existsSync(join(home, 'ready'))).toBe(false);
  });
});
