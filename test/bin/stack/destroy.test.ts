import { beforeEach, describe, expect, test } from 'vitest';
import type { LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { armedLink, longPosition } from '../examples.ts';
import { FakeAws, runAgainst, table } from './fake-aws.ts';

const bucket = 'ripcord-ripcord-code-123456789012-eu-west-1';
let aws: FakeAws;
let links: LinkView[];
let positions: PositionView[];

beforeEach(() => {
  aws = new FakeAws();
  aws.addStack();
  aws.tables.add(table);
  aws.s3.buckets.set(bucket, new Map([['code.zip', Buffer.from('code')]]));
  for (const name of ['/ripcord/accounts/main', '/ripcord/accounts/perps', '/ripcord/notify'])
    aws.parameters.names.add(name);
  aws.parameters.names.add('/ripcord-test/accounts/main');
  links = [];
  positions = [];
  aws.admin = ({ command }) => ({
    ok: true,
    result: command === 'links.list' ? { links, paused: false } : { positions },
  });
});

const run = (...words: string[]) => runAgainst(aws, 'destroy', ...words);

/** What a refused run must not have touched. */
function expectNothingDestroyed(): void {
  expect(aws.cloudFormation.changes).toEqual([]);
  expect(aws.tables.changes).toEqual([]);
  expect(aws.parameters.names.size).toBe(4);
  expect(aws.s3.buckets.has(bucket)).toBe(true);
}

describe('without a terminal, a stage', () => {
  test('whose links are armed is not destroyed, and what it holds is listed', async () => {
    links = [armedLink, { ...armedLink, linkId: 'lnk_8w2c5t7y1n0b4d6g', state: 'revoked' }];
    positions = [longPosition];
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was destroyed: 1 link is armed and 1 position is open.');
    expect(stderr).toContain('ripcord destroy --yes ripcord');
    for (const shown of [
      armedLink.linkId,
      longPosition.positionId,
      '/ripcord/accounts/main',
      '/ripcord/notify',
    ])
      expect(stderr).toContain(shown);
    expect(stderr).not.toContain('lnk_8w2c5t7y1n0b4d6g');
    expectNothingDestroyed();
  });

  test('whose links cannot be read counts as armed', async () => {
    aws.admin = undefined;
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain('It is not known whether a link is armed or a position open');
    expectNothingDestroyed();
  });

  test.each([[['--yes']], [[]]])(
    'is not destroyed without its name, although nothing is armed: %j',
    async (words) => {
      expect((await run(...words)).code).toBe(1);
      expectNothingDestroyed();
    },
  );

  test('is not destroyed if the command names two', async () => {
    const { code, stderr } = await run('other', '--prefix', 'ripcord', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('The command names two stages, other and ripcord.');
    expectNothingDestroyed();
  });
});

describe('with --yes and its name, a stage', () => {
  test.each([
    [['--yes', 'ripcord']],
    [['ripcord', '--yes']],
    [['--prefix', 'ripcord', '--yes']],
    [['Ripcord', '--yes']],
  ])('is destroyed while links are armed, and its table stays protected: %j', async (words) => {
    links = [armedLink];
    const { code, stdout, stderr } = await run(...words);
    expect([code, stderr.includes(armedLink.linkId)]).toEqual([0, true]);
    expect(aws.cloudFormation.changes).toEqual(['UpdateTerminationProtection', 'DeleteStack']);
    expect(aws.cloudFormation.find('Ripcord')).toBeUndefined();
    expect(aws.tables.tables.get(table)?.isProtected).toBe(true);
    expect([...aws.parameters.names]).toEqual(['/ripcord-test/accounts/main']);
    expect(aws.s3.buckets.has(bucket)).toBe(false);
    expect(stdout).toContain(`deploy --set table=${table}`);
  });

  test('is destroyed although its functions are broken', async () => {
    aws.admin = undefined;
    const { code, stdout } = await run('--yes', 'ripcord', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      stage: 'ripcord',
      stack: 'Ripcord',
      deletedParameters: ['/ripcord/accounts/main', '/ripcord/accounts/perps', '/ripcord/notify'],
      table: {
        name: table,
        state: 'kept',
        attach: expect.stringContaining(`deploy --set table=${table} --prefix ripcord`),
      },
    });
  });

  test('takes the bucket with its code along, and no other', async () => {
    const bucket = 'ripcord-ripcord-code-123456789012-eu-west-1';
    aws.s3.buckets.set(bucket, new Map([['code.zip', Buffer.from('code')]])).set('another', new Map());
    expect((await run('--yes', 'ripcord')).code).toBe(0);
    expect([...aws.s3.buckets.keys()]).toEqual(['another']);
  });

  test('names the KMS key that stays, and how to delete it', async () => {
    const [stack] = aws.cloudFormation.stacks;
    stack?.resources.set('Key', { type: 'AWS::KMS::Key', status: 'CREATE_COMPLETE' });
    const { code, stdout } = await run('--yes', 'ripcord');
    expect(code).toBe(0);
    expect(stdout).toContain('The KMS key Key-id stays, for $1 a month');
    expect(stdout).toContain('aws kms schedule-key-deletion --key-id Key-id');
  });

  test('keeps its keys and channels with --keep-keys', async () => {
    expect((await run('--yes', 'ripcord', '--keep-keys')).code).toBe(0);
    expect(aws.parameters.names.size).toBe(4);
  });

  test('loses its table only if the name of the table is given', async () => {
    for (const words of [['--delete-table'], ['--delete-table', 'Ripcord-Other']]) {
      const { code, stderr } = await run('--yes', 'ripcord', ...words);
      expect(code).toBe(1);
      expect(stderr).toContain(`--delete-table ${table}`);
      expectNothingDestroyed();
    }
    expect((await run('--yes', 'ripcord', '--delete-table', table)).code).toBe(0);
    expect(aws.tables.tables.has(table)).toBe(false);
  });

  test('loses no table of another name, and none that another stack uses', async () => {
    aws.cloudFormation.stacks.pop();
    aws.tables.add('Orders');
    for (const [name, why] of [
      ['Orders', 'Orders is no table of the stage ripcord'],
      [table, `the stack Other uses the table ${table}`],
    ] as const) {
      aws.addStack({ name: 'Other', id: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Other/1' });
      const { code, stderr } = await run('--yes', 'ripcord', '--delete-table', name);
      expect([code, stderr]).toEqual([1, expect.stringContaining(why)]);
    }
    expectNothingDestroyed();
    expect([...aws.tables.tables.keys()]).toEqual([table, 'Orders']);
  });

  test('loses its keys although its bucket cannot be deleted, and the bucket is named', async () => {
    aws.s3.keepsObjects = true;
    const { code, stderr } = await run('--yes', 'ripcord');
    expect(code).toBe(0);
    expect([...aws.parameters.names]).toEqual(['/ripcord-test/accounts/main']);
    expect(stderr).toContain(`To delete it: aws s3 rb --force s3://${bucket}`);
  });

  test('is destroyed by a second run after the first one failed halfway', async () => {
    aws.cloudFormation.undeletable.set('Function', 'it is in use');
    const { code, stderr } = await run('--yes', 'ripcord');
    expect(code).toBe(1);
    expect(stderr).toContain('it is in use');
    expect(aws.parameters.names.size).toBe(4);
    aws.cloudFormation.undeletable.clear();
    expect((await run('--yes', 'ripcord')).code).toBe(0);
    expect(aws.cloudFormation.find('Ripcord')).toBeUndefined();
    expect(aws.parameters.names.size).toBe(1);
  });
});

test('What a deleted stack left is deleted, and its tables are named', async () => {
  aws.cloudFormation.stacks.pop();
  expect((await run('--yes', 'ripcord')).code).toBe(0);
  expect(aws.parameters.names.size).toBe(1);
  const { code, stderr } = await run('--yes', 'ripcord');
  expect(code).toBe(1);
  expect(stderr).toContain('There is no stack Ripcord in this account and region, and no stored key.');
  expect(stderr).toContain(`deploy --set table=${table}`);
});
