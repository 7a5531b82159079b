import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { actorOf } from './actor.js';

const context = { env: {} };

it('is who --by says, on AWS too', async () => {
  expect(await actorOf({ by: 'ada', warehouse: 'wh' }, context)).toBe('ada');
  expect(await actorOf({ by: 'ada', aws: true }, context)).toBe('ada');
});

it('is the user of this computer where nobody says', async () => {
  expect(await actorOf({ warehouse: 'wh' }, context)).toBe(userInfo().username);
});

it('is nobody never', async () => {
  await expect(actorOf({ by: ' ', warehouse: 'wh' }, context)).rejects.toThrow('--by says nobody');
});
