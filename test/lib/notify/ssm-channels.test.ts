import { describe, expect, it } from 'vitest';
import { Deadline, runUntil } from '../../../lib/deadline.ts';
import { toFault } from '../../../lib/fault.ts';
import { type Channel, channelName } from '../../../lib/notify/channels.ts';
import { ssmChannels } from '../../../lib/notify/ssm-channels.ts';
import { startParameterStore } from './parameter-store.ts';

const path = '/ripcord/notify';
const hidden = 'hidden0hidden0hidden0';

function slack(name: string, secret = hidden): Channel {
  return { kind: 'slack', name, url: `https://hooks.slack.com/services/${secret}` };
}

function add(channel: Channel) {
  return (channels: Channel[]) => [...channels, channel];
}
function remove(name: string) {
  return (channels: Channel[]) => channels.filter((channel) => channelName(channel) !== name);
}

/** Lets the given number of writers read the list before the first of them writes. */
function meet(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return async (action: string) => {
    if (action !== 'PutParameter') return undefined;
    waiting += 1;
    if (waiting === count) resolve();
    await promise;
    return undefined;
  };
}

async function names(): Promise<string[]> {
  return (await ssmChannels(path).read()).map(channelName).toSorted();
}

describe('The channels in Parameter Store', () => {
  it('are one SecureString that is written whole, and overwritten', async () => {
    const store = await startParameterStore();
    const { change, read } = ssmChannels(path);
    await change(add(slack('one')));
    await change(add(slack('two')));
    const writes = store.requests.filter(({ action }) => action === 'PutParameter');
    expect(writes).toMatchObject([
      { Name: path, Type: 'SecureString', Overwrite: true, Value: JSON.stringify([slack('one')]) },
      { Value: JSON.stringify([slack('one'), slack('two')]) },
    ]);
    expect(await read()).toEqual([slack('one'), slack('two')]);
  });

  it("are encrypted with the stack's own key", async () => {
    const store = await startParameterStore();
    const kmsKey = 'arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d';
    await ssmChannels(path, { kmsKey }).change(add(slack('one')));
    expect(store.requests.at(-1)).toMatchObject({ action: 'PutParameter', KeyId: kmsKey });
  });

  it.each([2, 3, 6])('keep what each of %i writers adds at the same time', async (count) => {
    const store = await startParameterStore();
    await ssmChannels(path).change(add(slack('first')));
    store.before(meet(count));
    const added = Array.from({ length: count }, (_, index) => `writer-${index}`);
    await Promise.all(added.map((name) => ssmChannels(path).change(add(slack(name)))));
    expect(await names()).toEqual(['first', ...added]);
  });

  it('keep what one writer adds while another removes', async () => {
    const store = await startParameterStore();
    await ssmChannels(path).change(() => [slack('old'), slack('other')]);
    store.before(meet(2));
    await Promise.all([ssmChannels(path).change(add(slack('new'))), ssmChannels(path).change(remove('old'))]);
    expect(await names()).toEqual(['new', 'other']);
  });

  it('keep one of two channels that get the same name at the same time, and refuse the other', async () => {
    const store = await startParameterStore();
    store.before(meet(2));
    const ends = await Promise.allSettled([
      ssmChannels(path).change(add(slack('same', 'a'.repeat(20)))),
      ssmChannels(path).change(add(slack('same', 'b'.repeat(20)))),
    ]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [kept] = await ssmChannels(path).read();
    const winner = ends[0]?.status === 'fulfilled' ? 'a' : 'b';
    expect(kept).toEqual(slack('same', winner.repeat(20)));
    expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  });

  it('are not written over a list that cannot be read', async () => {
    const store = await startParameterStore();
    store.versions.push('[{"kind":"pager"}]');
    await expect(ssmChannels(path).change(add(slack('new')))).rejects.toMatchObject({
      code: 'channels-unreadable',
    });
    expect(store.versions).toHaveLength(1);
  });

  it('are read again at once after a change, and otherwise after five minutes', async () => {
    const store = await startParameterStore();
    let now = 0;
    const sweep = ssmChannels(path, { now: () => now });
    const admin = ssmChannels(path, { now: () => now });
    expect([await sweep.read(), await admin.read()]).toEqual([[], []]);
    await admin.change(add(slack('new')));
    expect(await admin.read()).toHaveLength(1);
    now += 5 * 60_000 - 1;
    expect(await sweep.read()).toEqual([]);
    expect(await sweep.read({ fresh: true })).toHaveLength(1);
    now += 1;
    expect(await sweep.read()).toHaveLength(1);
    expect(store.versions).toHaveLength(1);
  });

  it('are neither read nor written after the deadline of the work', async () => {
    const store = await startParameterStore();
    const { read, change } = ssmChannels(path);
    const over = new Deadline(1, () => 2);
    await expect(runUntil(over, read)).rejects.toMatchObject({ code: 'channels-unreadable' });
    await expect(runUntil(over, () => change(add(slack('new'))))).rejects.toMatchObject({
      code: 'channels-unreadable',
    });
    expect(store.requests).toEqual([]);
  });

  it('are refused if they would be longer than a standard parameter', async () => {
    const store = await startParameterStore();
    const many = Array.from({ length: 19 }, (_, index) => slack(`n-${index}`, 'x'.repeat(200)));
    await expect(ssmChannels(path).change(() => many)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('4096'),
    });
    expect(store.versions).toEqual([]);
  });

  it('keep the first of two channels that are added at the same time, if both are too long together', async () => {
    const store = await startParameterStore();
    store.before(meet(2));
    const ends = await Promise.allSettled([
      ssmChannels(path).change(add(slack('one', 'x'.repeat(2_500)))),
      ssmChannels(path).change(add(slack('two', 'x'.repeat(2_500)))),
    ]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await names()).toEqual([ends[0]?.status === 'fulfilled' ? 'one' : 'two']);
    expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'invalid-input', message: expect.stringContaining('Nothing was changed.') },
    });
  });

  it.each([
    ['ValidationException', 'not store the channels (ValidationException). Nothing was changed.'],
    ['AccessDeniedException', 'AWS denied the change of the channels: no ssm:PutParameter'],
  ])('report a %s of a write without the value', async (__type, words) => {
    const store = await startParameterStore();
    store.before(async (action, { Value = '' }) => {
      if (action !== 'PutParameter') return undefined;
      const message =
        __type === 'AccessDeniedException' ? 'no ssm:PutParameter' : `Value '${Value}' is wrong`;
      return { __type, message };
    });
    const fault = toFault(
      await ssmChannels(path)
        .change(add(slack('new')))
        .catch((thrown: unknown) => thrown),
    );
    expect(fault).toMatchObject({ code: 'channels-unreadable', message: expect.stringContaining(words) });
    expect(JSON.stringify([fault, fault.message, fault.stack])).not.toContain(hidden);
  });
});
