import { expect, test } from 'vitest';
import { answered, type Payload, startFakeAdmin } from './fake-admin.ts';
import { runLocally } from './run-ripcord.ts';

const listed = {
  ...{ account: 'vst', exchange: 'bingx', market: 'BTC-USDT' },
  host: 'open-api-vst.bingx.com',
  experiments: ['id-after-fill', 'look-up-new'],
};

const step = {
  afterMs: 1_234,
  request: 'POST /v2/trade/order side=BUY',
  status: 200,
  answer: '{"code":101481}',
};

function toResult({ experiment }: Payload, change: object = {}) {
  const result = {
    experiment,
    answer: 'holds',
    why: 'It was refused.',
    left: [],
    steps: [step],
  };
  return { ...listed, result: { ...result, ...change } };
}

const verify = ['venues', 'verify', 'vst'];

test('each experiment is run by a command of its own, and the report has what was sent and answered', async () => {
  await using admin = await startFakeAdmin((payload) =>
    answered(payload.experiment === undefined ? listed : toResult(payload)),
  );
  const { code, stdout, stderr } = await runLocally(admin.url, [...verify, '--yes']);
  expect(code).toBe(0);
  expect(admin.payloads).toEqual(
    [undefined, 'id-after-fill', 'look-up-new'].map((experiment) => ({
      ...{ command: 'venues.verify', account: 'vst' },
      ...(experiment && { experiment }),
    })),
  );
  expect(stderr).toContain('1/2 id-after-fill …\nid-after-fill: holds. It was refused.\n2/2 look-up-new …');
  expect(stdout).toMatch(/^Ripcord \d.*: bingx, BTC-USDT on open-api-vst\.bingx\.com, 20/);
  expect(stdout).toContain('Please report this');
  expect(stdout).toContain('  Claim: A client order id whose order has filled is refused');
  expect(stdout).toContain('  +1.23 s POST /v2/trade/order side=BUY → 200 {"code":101481}');
});

test('without a terminal and --yes, nothing but the list is asked for', async () => {
  await using admin = await startFakeAdmin(() => answered(listed));
  const { code, stderr } = await runLocally(admin.url, verify);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Nothing was done')]);
  expect(admin.payloads).toEqual([{ command: 'venues.verify', account: 'vst' }]);
});

test('a live account is refused before the question, with exit code 1', async () => {
  const error = { code: 'invalid-input', message: 'Not a test account. Nothing was sent.', issues: [] };
  await using admin = await startFakeAdmin(() => ({ body: { ok: false, error } }));
  const { code, stdout, stderr } = await runLocally(admin.url, [...verify, '--yes', '--json']);
  expect([code, stdout, JSON.parse(stderr).error.code]).toEqual([1, '', 'invalid-input']);
});

test('what an experiment left ends the run, is printed and is an error', async () => {
  const left = ['A position of 0.0001 is left in BTC-USDT.'];
  await using admin = await startFakeAdmin((payload) =>
    answered(
      payload.experiment === undefined
        ? listed
        : toResult(payload, {
            left,
            answer: 'unknown',
            steps: [{ ...step, status: undefined, ageMs: 4_000 }],
          }),
    ),
  );
  const { code, stdout, stderr } = await runLocally(admin.url, [...verify, '--yes']);
  expect([code, admin.payloads.length]).toEqual([1, 2]);
  expect(stdout).toContain(`  Left: ${left[0]}`);
  expect(stdout).toContain('side=BUY (dated 4.0 s earlier) → {"code":101481}');
  expect(stdout).toContain('Not run: look-up-new.');
  expect(stderr).toContain(left[0]);
});

test('the results so far are printed if an experiment fails, as JSON too', async () => {
  await using admin = await startFakeAdmin((payload) =>
    payload.experiment === 'look-up-new'
      ? { body: { errorType: 'Sandbox.Timedout' }, functionError: 'Unhandled' }
      : answered(payload.experiment === undefined ? listed : toResult(payload)),
  );
  const { code, stdout, stderr } = await runLocally(admin.url, [...verify, '--yes', '--json']);
  expect([code, JSON.parse(stderr).error.code]).toEqual([1, 'function-failed']);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ exchange: 'bingx', results: [{ experiment: 'id-after-fill' }], interrupted: 'look-up-new' },
  });
});

test('an experiment that ended without a result is not reported as one that was not run', async () => {
  const crashed = { body: { errorType: 'Sandbox.Timedout' }, functionError: 'Unhandled' };
  await using admin = await startFakeAdmin(({ experiment }) =>
    experiment === undefined ? answered(listed) : crashed,
  );
  const { code, stdout, stderr } = await runLocally(admin.url, [...verify, '--yes']);
  const left = 'may have left orders or a position in BTC-USDT on open-api-vst.bingx.com';
  expect(code).toBe(1);
  expect(stdout).toContain(`No result: id-after-fill. It ${left}.`);
  expect(stdout).toContain('Not run: look-up-new.');
  expect(stderr).toContain(left);
});

test('an experiment that was refused has left nothing', async () => {
  const error = { code: 'account-not-found', message: 'There is no account "vst".', issues: [] };
  await using admin = await startFakeAdmin(({ experiment }) =>
    experiment === undefined ? answered(listed) : { body: { ok: false, error } },
  );
  const { code, stdout, stderr } = await runLocally(admin.url, [...verify, '--yes']);
  expect(code).toBe(1);
  expect(stdout).toContain('Not run: id-after-fill, look-up-new.');
  expect(stdout + stderr).not.toContain('may have left');
});
