import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../lib/admin/contract/commands.ts';
import { fire, startEnvironment } from '../../end-to-end/environment.ts';
import { adopt, newTrader, placeEntry, spotLong } from '../../end-to-end/trader.ts';
import { snsResponse, startLoopback } from './loopback.ts';

/** The commands that list, add, test and remove channels, on a local stack. */

type NewChannel = CommandInput<'notify.add'>['channel'];

const lines: string[] = [];
const environment = await startEnvironment({ log: (line) => lines.push(line) });
const file = join(environment.data, 'notify.json');
const botSecret = 'hiddenhiddenhidden';
const path = '/services/T0/hiddenhiddenhidden4321';

beforeEach(() => writeFile(file, '[]'));

function telegram(baseUrl: string, name?: string): NewChannel {
  return { kind: 'telegram', token: `123456:${botSecret}`, chatId: '-1007', baseUrl, ...(name && { name }) };
}

async function stored(): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** Answers of any kind, to search them. */
async function ask(command: string, input: object = {}): Promise<string> {
  return JSON.stringify(await environment.ask({ command, ...input }));
}

describe('The commands of channels', () => {
  it('store a channel as the sweep reads it, in a file that only its owner can read', async () => {
    const chat = await startLoopback();
    const added = await environment.admin('notify.add', { channel: telegram(chat.url) });
    expect(added).toEqual({
      channel: { name: 'telegram', kind: 'telegram', target: 'chat -1007, bot 123456', builtIn: false },
      tested: false,
    });
    expect(chat.received).toEqual([]);
    expect(await stored()).toEqual([telegram(chat.url)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('list channels so that they can be distinguished, and when each last received a notice', async () => {
    const [good, bad] = [await startLoopback(snsResponse), await startLoopback()];
    bad.behave(403);
    await environment.admin('notify.add', { channel: { kind: 'slack', url: good.url + path } });
    await environment.admin('notify.add', { channel: telegram(bad.url, 'phone') });
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:mine';
    await writeFile(
      file,
      JSON.stringify([...((await stored()) as object[]), { kind: 'sns', topicArn, endpoint: good.url }]),
    );
    const trader = await newTrader(environment, spotLong);
    const { positionId } = await adopt(trader, { entryOrders: [placeEntry(trader, { filled: 'all' })] });
    expect(
      (await environment.admin('notify.list', {})).channels.map(({ lastDelivery }) => lastDelivery),
    ).toEqual([undefined, undefined, undefined]);
    await fire(await environment.newLink(positionId, 'close'));
    await environment.invoke('ripcord-sweep', {});
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    const common = { builtIn: false };
    expect(await environment.admin('notify.list', {})).toEqual({
      channels: [
        {
          ...{ ...common, name: 'slack', kind: 'slack', target: `${new URL(good.url).host} …4321` },
          lastDelivery: { state: 'sent', at },
        },
        {
          ...{ ...common, name: 'phone', kind: 'telegram', target: 'chat -1007, bot 123456' },
          lastDelivery: { state: 'failed', at, why: 'responded 403' },
        },
        {
          ...{ ...common, name: 'sns', kind: 'sns', target: topicArn },
          lastDelivery: { state: 'sent', at },
        },
      ],
    });
  });

  it('show nothing of a secret that is short, nor of a chat that may be one', async () => {
    const text = JSON.stringify([
      { kind: 'slack', url: 'https://owner:hidden@hooks.example/hidden?key=hidden' },
      { kind: 'telegram', token: `7:${botSecret}`, chatId: `7:${botSecret}` },
    ]);
    await writeFile(file, text);
    const { channels } = await environment.admin('notify.list', {});
    expect(channels.map(({ target }) => target)).toEqual(['hooks.example', 'chat unknown, bot 7']);
  });

  it('refuse a name that is used, and one that is the stack’s own', async () => {
    const chat = await startLoopback();
    await environment.admin('notify.add', { channel: telegram(chat.url) });
    expect(await environment.refusal({ command: 'notify.add', channel: telegram(chat.url) })).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^Channel "telegram" already exists\. Nothing was changed\./),
    });
    const own = await environment.refusal({ command: 'notify.add', channel: telegram(chat.url, 'topic') });
    expect(own).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining("stack's own topic"),
    });
    await environment.admin('notify.add', { channel: telegram(chat.url, 'second') });
    expect(await stored()).toHaveLength(2);
  });

  it.each([
    [
      'token',
      { kind: 'telegram', token: 'hidden token', chatId: '1' },
      'channel.token: expected a bot token',
    ],
    [
      'chat',
      { kind: 'telegram', token: `1:${botSecret}`, chatId: botSecret },
      'channel.chatId: expected a number',
    ],
    ['address', { kind: 'slack', url: 'http://hooks.example/hidden' }, 'channel.url: expected an https URL'],
    ['topic', { kind: 'sns', topicArn: 'hidden' }, 'channel.topicArn: expected the ARN'],
    ['kind', { kind: 'pager', url: 'https://hooks.example/hidden' }, 'channel.kind: '],
  ])('refuse a wrong %s by its field and without repeating it', async (_, channel, words) => {
    const refusal = await environment.refusal({ command: 'notify.add', channel });
    expect(refusal.code).toBe('invalid-input');
    expect(refusal.message).toContain(words);
    expect(JSON.stringify(refusal)).not.toContain('hidden');
    expect(await stored()).toEqual([]);
  });

  it('store a channel only after its test message was accepted, if that is wanted', async () => {
    const chat = await startLoopback();
    chat.behave(401);
    const add = { command: 'notify.add', channel: telegram(chat.url), test: true };
    expect(await environment.refusal(add)).toMatchObject({
      code: 'channel-refused',
      message: expect.stringMatching(
        /^The test message was not accepted: responded 401\. The channel was not stored\./,
      ),
    });
    chat.behave('drop');
    expect(await environment.refusal(add)).toMatchObject({
      message: expect.stringMatching(/^The test message may not have arrived: no response\./),
    });
    expect(await stored()).toEqual([]);
    chat.behave(200);
    expect(await environment.admin('notify.add', { channel: telegram(chat.url), test: true })).toMatchObject({
      tested: true,
    });
    expect(chat.received).toHaveLength(3);
    expect(await stored()).toHaveLength(1);
  });

  it('keep every channel that is added at the same time', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `chat-${index}`);
    const add = (name: string) =>
      environment.admin('notify.add', { channel: { kind: 'slack', name, url: 'https://hooks.example/x' } });
    await Promise.all(names.map(add));
    const { channels } = await environment.admin('notify.list', {});
    expect(channels.map(({ name }) => name).toSorted()).toEqual(names);
  });

  it('refuse one channel too many, and leave the others usable', async () => {
    const named = (name: string): NewChannel => ({ kind: 'slack', name, url: 'https://hooks.example/x' });
    const full = Array.from({ length: 20 }, (_, index) => named(`chat-${index}`));
    await writeFile(file, JSON.stringify(full));
    expect(await environment.refusal({ command: 'notify.add', channel: named('extra') })).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/^Ripcord uses at most 20 channels\. Nothing was changed\./),
    });
    const chat = await startLoopback();
    const tested = { command: 'notify.add', channel: telegram(chat.url, 'extra'), test: true };
    expect((await environment.refusal(tested)).message).toContain('at most 20 channels');
    expect(chat.received).toEqual([]);
    expect(await stored()).toEqual(full);
    await writeFile(file, JSON.stringify([...full, named('extra')]));
    expect((await environment.admin('notify.list', {})).channels).toHaveLength(21);
    await environment.admin('notify.remove', { name: 'extra' });
    expect(await stored()).toEqual(full);
  });

  it('test one channel or all of them', async () => {
    const [one, two] = [await startLoopback(), await startLoopback()];
    await environment.admin('notify.add', { channel: telegram(one.url, 'one') });
    await environment.admin('notify.add', { channel: telegram(two.url, 'two') });
    expect(await environment.admin('notify.test', { channel: 'two' })).toEqual({
      reports: [{ channel: 'two', result: 'sent' }],
    });
    expect([one.received.length, two.received.length]).toEqual([0, 1]);
    expect((await environment.admin('notify.test', {})).reports).toHaveLength(2);
    expect(await environment.refusal({ command: 'notify.test', channel: 'three' })).toMatchObject({
      code: 'channel-not-found',
    });
  });

  it('remove a channel by its name, and no other', async () => {
    const chat = await startLoopback();
    await environment.admin('notify.add', { channel: telegram(chat.url, 'one') });
    await environment.admin('notify.add', { channel: telegram(chat.url, 'two') });
    expect(await environment.admin('notify.remove', { name: 'one' })).toEqual({ name: 'one' });
    expect(await environment.refusal({ command: 'notify.remove', name: 'one' })).toMatchObject({
      code: 'channel-not-found',
    });
    expect(await environment.refusal({ command: 'notify.remove', name: 'topic' })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('part of the deployment'),
    });
    expect(await stored()).toEqual([telegram(chat.url, 'two')]);
  });

  it('change nothing if the stored list cannot be read, and repeat none of it', async () => {
    await writeFile(file, '[{"kind":"hidden"');
    const answers = [
      await ask('notify.list'),
      await ask('notify.test'),
      await ask('notify.add', { channel: telegram('https://hooks.example') }),
      await ask('notify.remove', { name: 'slack' }),
    ];
    for (const answer of answers) expect(answer).toContain('channels-unreadable');
    expect(answers.join()).not.toContain('hidden');
    expect(await readFile(file, 'utf8')).toBe('[{"kind":"hidden"');
  });

  it('put no token and no URL into an answer or a log line', async () => {
    const gone = await startLoopback();
    await gone.stop();
    const webhook = { kind: 'slack', url: gone.url + path };
    const answers: string[] = [];
    for (const channel of [telegram(gone.url), webhook]) {
      answers.push(await ask('notify.add', { channel, test: true }), await ask('notify.add', { channel }));
      answers.push(await ask('notify.add', { channel }), await ask('notify.add', { channel, extra: 1 }));
    }
    answers.push(await ask('notify.list'), await ask('notify.test'));
    for (const name of ['telegram', 'slack']) answers.push(await ask('notify.remove', { name }));
    expect(answers.join()).toContain('ECONNREFUSED');
    expect(lines.join()).toContain('notify.add');
    expect(answers.join() + lines.join()).not.toContain('hidden');
  });
});
