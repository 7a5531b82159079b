import { expect, it } from 'vitest';
import { checkQuotas, globalQuotaRegion, quotaReport } from './check-quotas.js';

type Asked = { input: { ServiceCode: string } };

const needs = { concurrency: 900, resources: { topics: 2, byType: { aws_iam_role: 20, aws_s3_bucket: 3 } } };
const refusal = (name: string): Error => Object.assign(new Error(`${name}: no`), { name });

/** Lists the quotas of some services, and refuses the others. */
function region(quotas: Readonly<Record<string, readonly [name: string, value: number]>>, refused: string) {
  const asked: string[] = [];
  const send = async ({ input }: Asked): Promise<unknown> => {
    asked.push(input.ServiceCode);
    const quota = quotas[input.ServiceCode];
    if (quota === undefined) throw refusal(refused);
    return { Quotas: [{ QuotaName: quota[0], Value: quota[1] }] };
  };
  return { asked, send: send as never };
}

it('asks for the quotas of services without regions where they are listed', async () => {
  const regional = ['x', 1] as const;
  const here = region(
    { lambda: ['Concurrent executions', 1000], monitoring: regional, firehose: regional, glue: regional },
    'NoSuchResourceException',
  );
  const global = region({ iam: ['Roles per account', 10], s3: regional }, 'NoSuchResourceException');
  const verdicts = await checkQuotas({ here, global }, needs);
  expect(here.asked.sort()).toEqual(['firehose', 'glue', 'lambda', 'monitoring']);
  expect(global.asked.sort()).toEqual(['iam', 's3']);
  expect(verdicts.find(({ service }) => service === 'iam')).toMatchObject({
    value: 10,
    assumed: false,
    needed: 20,
    enough: false,
  });
});

it.each(['NoSuchResourceException', 'AccessDeniedException'])(
  'assumes what AWS gives by default, and says so, where the answer is %s',
  async (refused) => {
    const verdicts = await checkQuotas({ here: region({}, refused), global: region({}, refused) }, needs);
    expect(verdicts.every(({ assumed, enough }) => assumed && enough)).toBe(true);
    expect(quotaReport(verdicts)).toContain("1000 (AWS's default; the account listed none), needed 900");
  },
);

it('fails with any other answer', async () => {
  const clients = { here: region({}, 'ServiceException'), global: region({}, 'ServiceException') };
  await expect(checkQuotas(clients, needs)).rejects.toMatchObject({ name: 'ServiceException' });
});

it.each([
  ['us-east-1', 'us-east-1'],
  ['eu-west-1', 'us-east-1'],
  ['us-gov-east-1', 'us-gov-west-1'],
  ['cn-north-1', 'cn-northwest-1'],
])('knows of %s that they are listed in %s', (here, there) => {
  expect(globalQuotaRegion(here)).toBe(there);
});
