import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { readMaskingKey } from './masking-key.js';

const secret = (value: { SecretString?: string; SecretBinary?: Uint8Array }) => ({
  send: async (command: unknown) => {
    expect(command).toBeInstanceOf(GetSecretValueCommand);
    return value;
  },
});
const read = (value: Parameters<typeof secret>[0]) =>
  readMaskingKey(secret(value) as unknown as Parameters<typeof readMaskingKey>[0], 'masking');

it('takes bytes as they are and text in UTF-8', async () => {
  const bytes = new Uint8Array(32).fill(7);
  expect(await read({ SecretBinary: bytes })).toEqual(bytes);
  expect(await read({ SecretString: 'ä'.repeat(8) })).toEqual(new TextEncoder().encode('ä'.repeat(8)));
});

it.each([{}, { SecretString: 'short' }])('refuses the secret %j', async (value) => {
  await expect(read(value)).rejects.toMatchObject({ code: 'MASKING_KEY_INVALID' });
});
