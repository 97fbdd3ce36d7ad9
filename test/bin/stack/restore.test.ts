import { beforeEach, describe, expect, test } from 'vitest';
import { FakeAws, runAgainst, table } from './fake-aws.ts';

/** What `ripcord restore` refuses, and how it is given up. test/end-to-end/restore.test.ts has the rest. */

let aws: FakeAws;

beforeEach(() => {
  aws = new FakeAws();
  aws.addStack();
  aws.tables.add(table);
});

const run = (...words: string[]) => runAgainst(aws, 'restore', ...words);

function expectNothingChanged(): void {
  expect(aws.cloudFormation.changes).toEqual([]);
  expect(aws.tables.changes).toEqual([]);
}

describe('nothing is changed', () => {
  test('without a terminal and --yes', async () => {
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Nothing was done: there is no terminal for the confirmation. Add --yes to skip it.',
    );
    expectNothingChanged();
  });

  test.each([
    ['2020-01-01T00:00:00Z', `${table} can be restored to a time from`],
    ['2999-01-01T00:00:00Z', `${table} can be restored to a time from`],
    ['yesterday', '--at is "yesterday": expected a time such as 2026-11-27T10:00:00Z.'],
  ])('for a time that has no backup: %s', async (at, message) => {
    const { code, stderr } = await run('--at', at, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expectNothingChanged();
  });

  test('for a table without point-in-time recovery', async () => {
    aws.tables.add('Other', { hasBackups: false });
    const { code, stderr } = await run('--from-table', 'Other', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('Other has no point-in-time recovery. Nothing was changed.');
    expectNothingChanged();
  });

  test('for a stage that is not deployed', async () => {
    const { code, stderr } = await run('--prefix', 'other', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no stack Other in this account and region. Deploy it first.');
    expectNothingChanged();
  });

  test('if there is no restore to give up', async () => {
    const { code, stderr } = await run('--cancel', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('No restore is under way: links are not halted.');
    expectNothingChanged();
  });
});

test('A restore whose table is not attached can be given up, and the next one begins anew', async () => {
  aws.onChange = (what) => {
    if (what === 'UpdateContinuousBackups') throw new Error('the machine was switched off');
  };
  expect((await run('--yes')).code).toBe(1);
  expect(aws.cloudFormation.find('Ripcord')?.parameters).toMatchObject({
    linksHalted: 'true',
    table: 'none',
  });
  aws.onChange = () => undefined;
  const { code, stdout } = await run('--cancel', '--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('Links act again. The table Ripcord-Table-at-');
  expect(aws.cloudFormation.find('Ripcord')?.parameters).toMatchObject({
    linksHalted: 'false',
    table: 'none',
  });
  expect([...aws.tables.tables.values()].at(-1)?.tags).toEqual({ 'ripcord:restore': 'done' });
});

test('A restore whose table is attached cannot be given up, because spent links may be armed in it', async () => {
  const stack = aws.cloudFormation.find('Ripcord');
  const restored = aws.tables.add('Ripcord-Table-at-20261127T100000Z', {
    tags: { 'ripcord:restore': 'running' },
  });
  Object.assign(stack?.parameters ?? {}, { linksHalted: 'true', table: 'Ripcord-Table-at-20261127T100000Z' });
  Object.assign(stack?.outputs ?? {}, { TableName: 'Ripcord-Table-at-20261127T100000Z' });
  const { code, stderr } = await run('--cancel', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('Finish the restore: ripcord restore');
  expect(restored.tags).toEqual({ 'ripcord:restore': 'running' });
  expectNothingChanged();
});
