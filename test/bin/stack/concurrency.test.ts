import { expect, test } from 'vitest';
import { codeBucketName } from '../../../bin/stack/code-bucket.ts';
import { checkConcurrency, chooseConcurrency } from '../../../bin/stack/concurrency.ts';

const quota = (unreserved: number) => ({ limit: unreserved, unreserved });

test.each([
  [10, { triggerConcurrency: '0', reserveSweep: 'false' }],
  [100, { triggerConcurrency: '0', reserveSweep: 'false' }],
  [105, { triggerConcurrency: '0', reserveSweep: 'true' }],
  [154, { triggerConcurrency: '0', reserveSweep: 'true' }],
  [155, { triggerConcurrency: '50', reserveSweep: 'true' }],
  [304, { triggerConcurrency: '199', reserveSweep: 'true' }],
  [305, {}],
  [1000, {}],
])('A first deployment with %i executions sets %j, so that AWS keeps its 100', (unreserved, parameters) => {
  expect(chooseConcurrency({}, quota(unreserved))).toMatchObject({ parameters, refusal: undefined });
});

test('A first deployment keeps what it names, and is refused if that does not fit', () => {
  const named = { triggerConcurrency: '20' };
  expect(chooseConcurrency(named, quota(1000)).parameters).toEqual({});
  expect(chooseConcurrency(named, quota(120)).refusal).toContain('the settings reserve 25');
  expect(chooseConcurrency({ ...named, reserveSweep: 'false' }, quota(120)).refusal).toBeUndefined();
  expect(chooseConcurrency({ triggerConcurrency: '0', reserveSweep: 'false' }, quota(10))).toEqual({
    parameters: {},
    remark: undefined,
    refusal: undefined,
  });
});

test('An update may reserve what the stack gives up, and not more than AWS leaves', () => {
  const was = { triggerConcurrency: '200', reserveSweep: 'true' };
  expect(checkConcurrency(was, { ...was, triggerConcurrency: '195' }, quota(10)).refusal).toBeUndefined();
  expect(checkConcurrency(was, { ...was, triggerConcurrency: '210' }, quota(110)).refusal).toBeUndefined();
  expect(checkConcurrency(was, { ...was, triggerConcurrency: '211' }, quota(110)).refusal).toContain('216');
});

test("A bucket's name has at most 63 characters, and two stages never share one", () => {
  const account = '123456789012';
  expect(codeBucketName({ prefix: 'ripcord', account, region: 'eu-west-1' })).toBe(
    'ripcord-ripcord-code-123456789012-eu-west-1',
  );
  const long = (prefix: string) => codeBucketName({ prefix, account, region: 'ap-southeast-1' });
  expect(long('a-prefix-of-24-letters-x')).toMatch(/^[a-z0-9-]{20,63}$/);
  expect(long('a-prefix-of-24-letters-x')).not.toBe(long('a-prefix-of-24-letters-y'));
});
