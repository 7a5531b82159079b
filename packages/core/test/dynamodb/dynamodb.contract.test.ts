import { afterAll, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { stateStoreContract } from '../../src/testing/index.js';
import { everyCallTwice } from './faulty-client.js';
import { dynamoDbHarness } from './state-table.js';

const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

suiteWhere(missing, 'state store in the DynamoDB of moto', () => {
  for (const { name, run } of stateStoreContract(dynamoDbHarness(moto!.endpoint))) test(name, run);
});

suiteWhere(missing, 'state store in a DynamoDB that every call reaches twice', () => {
  const harness = dynamoDbHarness(moto!.endpoint, everyCallTwice);
  // Cases that are about many items say nothing more here, and the emulator is slow.
  const cases = stateStoreContract(harness).filter(({ name }) => !/hundreds|many topics/.test(name));
  for (const { name, run } of cases) test(name, run);
});
