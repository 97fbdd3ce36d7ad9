import { afterEach, expect, test, vi } from 'vitest';
import { notifySecretVariable } from '../../../bin/stack/deploy-arguments.ts';
import { parseNotice } from '../../../bin/stack/notice-choice.ts';

const url = 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX';
afterEach(() => {
  vi.unstubAllEnvs();
});

test('none is a choice, and so is an e-mail address, which is a setting of the stack', async () => {
  expect(await parseNotice('none')).toEqual({});
  for (const value of ['email:me@example.org', 'me@example.org'])
    expect(await parseNotice(value)).toEqual({ notifyEmail: 'me@example.org' });
});

test("A channel's secret comes from the environment, alone or as JSON", async () => {
  vi.stubEnv(notifySecretVariable, url);
  expect(await parseNotice('slack')).toEqual({ channel: { channel: { kind: 'slack', url }, test: true } });
  vi.stubEnv(notifySecretVariable, '{"token":"123456:ABC-DEF-GHI-JKL","baseUrl":"http://127.0.0.1:9"}');
  expect((await parseNotice('telegram:-100123')).channel?.channel).toEqual({
    kind: 'telegram',
    token: '123456:ABC-DEF-GHI-JKL',
    chatId: '-100123',
    baseUrl: 'http://127.0.0.1:9',
  });
});

test.each(['pigeon', 'email:', 'email:none', 'email:nobody'])('%s is refused', async (value) => {
  await expect(parseNotice(value)).rejects.toThrow('Nothing was deployed: --notify');
});
