import { beforeEach, describe, expect, test } from 'vitest';
import { FakeAws, runAgainst, table } from './fake-aws.ts';
import { FakeRefusal } from './fake-tables.ts';

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
  const { code, stderr } = await run('--cancel', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('Finish the restore: ripcord restore');
  expect(restored.tags).toEqual({ 'ripcord:restore': 'running' });
  expectNothingChanged();
});

describe('another run, on another machine', () => {
  const parameters = () => aws.cloudFormation.find('Ripcord')?.parameters ?? {};

  /** Does this once, before the change of this name and number. */
  function beforeChange(wanted: string, number: number, act: () => void): void {
    let count = 0;
    aws.onChange = (what) => {
      if (what === wanted) count += 1;
      if (what === wanted && count === number) act();
    };
  }

  test('that gives the restore up ends this one before it attaches the table', async () => {
    beforeChange('UpdateContinuousBackups', 1, () => Object.assign(parameters(), { linksHalted: 'false' }));
    const { code, stderr } = await run('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('given up meanwhile');
    expect(stderr).toContain('Links are not halted, and work as before.');
    expect(parameters()).toMatchObject({ linksHalted: 'false', table: 'none' });
  });

  test('that ends the halt during the update to the restored table does not make its links act', async () => {
    beforeChange('CreateChangeSet', 2, () => Object.assign(parameters(), { linksHalted: 'false' }));
    const { code, stderr } = await run('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('Links stay halted. To continue: ripcord restore');
    expect(parameters()).toMatchObject({
      linksHalted: 'true',
      table: expect.stringContaining('Ripcord-Table-at-'),
    });
  });

  test('that attaches the table while this one gives up does not make its links act', async () => {
    Object.assign(parameters(), { linksHalted: 'true' });
    beforeChange('CreateChangeSet', 1, () => Object.assign(parameters(), { table: 'Ripcord-Table-at-X' }));
    expect((await run('--cancel', '--yes')).code).toBe(0);
    expect(parameters()).toMatchObject({ linksHalted: 'false', table: 'none' });
  });
});

describe('while a restore is under way', () => {
  const name = 'Ripcord-Table-at-20261127T100000Z';
  const tags = { 'ripcord:restore': 'running', 'ripcord:restored-to': '2026-11-27T10:00:00.000Z' };
  const restoredFrom = { source: table, at: Date.parse('2026-11-27T10:00:00Z') / 1_000 };

  beforeEach(() => {
    aws.tables.add(name, { tags, restoredFrom });
    Object.assign(aws.cloudFormation.find('Ripcord')?.parameters ?? {}, { linksHalted: 'true' });
  });

  test.each([
    ['--at', '2026-11-27T11:00:00Z'],
    ['--from-table', 'Other'],
  ])('one of another backup is refused: %s %s', async (...words) => {
    const { code, stderr } = await run(...words, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `a restore of ${table}, with the items of 2026-11-27T10:00:00.000Z, is under way. Links stay halted.`,
    );
    expect(stderr).toContain('give it up: ripcord restore --cancel --prefix ripcord');
    expectNothingChanged();
  });

  test('the same is continued, and --yes shows what will be done', async () => {
    const { stderr } = await run('--at', '2026-11-27T10:00:00Z', '--from-table', table, '--yes');
    expect(stderr).toContain(
      `Continues the restore into ${name}, with the items of 2026-11-27T10:00:00.000Z.`,
    );
    expect(aws.cloudFormation.find('Ripcord')?.parameters.table).toBe(name);
  });

  test('a restored table that was deleted ends it', async () => {
    Object.assign(aws.tables.tables.get(name) ?? {}, { status: 'CREATING', isSlow: true });
    aws.onChange = (what) => what === 'CreateChangeSet' && aws.tables.tables.delete(name);
    const { code, stderr } = await run('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `The table ${name} is gone: it was deleted, or could not be created. Links stay halted.`,
    );
  });
});

test('A table that is still being restored is given up without waiting for it, and is not continued', async () => {
  aws.tables.add('Ripcord-Table-at-20261127T100000Z', { status: 'CREATING', isSlow: true });
  aws.onChange = (what) => {
    if (what === 'RestoreTableToPointInTime') throw new FakeRefusal('interrupted');
  };
  const { code, stderr } = await run('--yes');
  expect([code, stderr]).toEqual([1, expect.stringContaining('interrupted')]);
  const next = await run('--yes');
  expect(next.stderr).toContain(`from ${table} into a new table.`);
  expect(next.stderr).not.toContain('Continues the restore');
});

test('A time has no effect on a backup, so it is refused', async () => {
  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Old/backup/0123';
  const { code, stderr } = await run('--from-table', arn, '--at', '2026-11-27T10:00:00Z', '--yes');
  expect([code, stderr]).toEqual([1, expect.stringContaining('--at has no effect on a backup.')]);
  expectNothingChanged();
});
