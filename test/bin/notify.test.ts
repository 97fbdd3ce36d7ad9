import { expect, test } from 'vitest';
import { answered, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

test('a test of the channels reports each result, and exits with 1 if one is not confirmed', async () => {
  const reports = [
    { channel: 'topic', result: 'sent' },
    { channel: 'slack', result: 'refused', why: 'answered 404' },
  ];
  await using admin = await startFakeAdmin(() => answered({ reports }));
  const { code, stdout, stderr } = await runLocally(admin.url, ['notify', 'test']);
  expect(admin.payloads).toEqual([{ command: 'notify.test' }]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^CHANNEL +RESULT +WHY$/m);
  expect(stdout).toMatch(/^slack +refused +answered 404$/m);
  expect(stderr).toContain('Delivery is not confirmed: slack.');
  const json = await runLocally(admin.url, ['notify', 'test', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ reports });
});

test('without channels, the test prints where to configure them', async () => {
  await using admin = await startFakeAdmin(() => answered({ reports: [] }));
  const { code, stdout } = await runLocally(admin.url, ['notify', 'test']);
  expect(code).toBe(0);
  expect(stdout).toContain('No channels are configured.');
  expect(stdout).toContain('SSM parameter /ripcord/notify');
});
