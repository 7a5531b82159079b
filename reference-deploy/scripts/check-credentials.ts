import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { DeployError } from './deploy-error.js';

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/**
 * Who is calling.
 *
 * @param expectedAccount Refuses every other account.
 * @throws {DeployError} `CREDENTIALS_MISSING`, `ACCOUNT_UNEXPECTED`.
 */
export async function checkCredentials(
  client: Pick<STSClient, 'send'>,
  expectedAccount?: string,
): Promise<Caller> {
  const { Account: account = '', Arn: arn = '' } = await client
    .send(new GetCallerIdentityCommand({}))
    .catch((cause: unknown) => {
      throw new DeployError(
        `AWS does not know who you are (${(cause as Error).message}): sign in, or set AWS_PROFILE`,
        { code: 'CREDENTIALS_MISSING', cause },
      );
    });
  if (expectedAccount !== undefined && account !== expectedAccount) {
    throw new DeployError(
      `you are in account ${account} (${arn}), not in ${expectedAccount}: change AWS_PROFILE`,
      {
        code: 'ACCOUNT_UNEXPECTED',
        context: { account, expectedAccount },
      },
    );
  }
  return { account, arn };
}
