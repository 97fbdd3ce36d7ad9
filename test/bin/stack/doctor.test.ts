import { beforeEach, describe, expect, test } from 'vitest';
import { FakeAws, runAgainst } from './fake-aws.ts';
import { toXml } from './fake-stack.ts';
import { type FakeRequest, type FakeResponse, serveFakes } from './serve-fakes.ts';

const alarm = { id: 'Alarm', name: 'Alarm-id' };

/** Also answers what only the doctor asks. A service in `silent` never responds. */
class FakeHospital extends FakeAws {
  drifted: string[] = [];
  alarming: { AlarmName: string; AlarmDescription: string; StateValue: string }[] = [];
  subscriptions: { Endpoint: string; SubscriptionArn: string }[] = [];
  readonly silent = new Set<string>();
  readonly unsupported = new Set<string>();
  date: string | undefined;

  override async answer(request: FakeRequest): Promise<FakeResponse> {
    const action = findAction(request);
    if (this.silent.has(action)) await new Promise<never>(() => undefined);
    if (this.unsupported.has(action)) return { status: 404, body: '<!doctype html><title>404</title>' };
    const own = this.#answer(action, request);
    const response = own ?? (await super.answer(request));
    return this.date === undefined
      ? response
      : { ...response, headers: { ...response.headers, date: this.date } };
  }

  #answer(action: string, request: FakeRequest): FakeResponse | undefined {
    switch (action) {
      case 'DetectStackDrift':
        return toQuery(action, { StackDriftDetectionId: 'drift-1' });
      case 'DescribeStackDriftDetectionStatus':
        return toQuery(action, { DetectionStatus: 'DETECTION_COMPLETE' });
      case 'DescribeStackResourceDrifts':
        return toQuery(action, {
          StackResourceDrifts: this.drifted.map((LogicalResourceId) => ({
            LogicalResourceId,
            StackResourceDriftStatus: 'MODIFIED',
          })),
        });
      case 'ListSubscriptionsByTopic':
        return toQuery(action, { Subscriptions: this.subscriptions });
      case 'DescribeAlarms': {
        const { AlarmNames: names } = JSON.parse(request.body.toString());
        const body = { MetricAlarms: this.alarming.filter(({ AlarmName }) => names.includes(AlarmName)) };
        return {
          status: 200,
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/x-amz-json-1.0' },
        };
      }
      default:
        return undefined;
    }
  }
}

function findAction({ body, headers, url }: FakeRequest): string {
  if (url.pathname.startsWith('/2015-03-31/functions/')) return 'Invoke';
  if (url.pathname.endsWith('/account-settings')) return 'GetAccountSettings';
  return (
    String(headers['x-amz-target'] ?? '').split('.')[1] ??
    new URLSearchParams(body.toString()).get('Action') ??
    ''
  );
}

function toQuery(action: string, result: object): FakeResponse {
  return {
    status: 200,
    body: `<${action}Response><${action}Result>${toXml(result)}</${action}Result></${action}Response>`,
  };
}

const minuteMs = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minuteMs).toISOString();

let aws: FakeHospital;
let answers: Record<string, object>;

beforeEach(() => {
  aws = new FakeHospital();
  answers = {
    'changes.list': { hits: [], paused: false, sweptAt: ago(1) },
    'notify.list': { channels: [{ name: 'topic', kind: 'sns', target: 'arn', builtIn: true }] },
    'accounts.list': { accounts: [{ name: 'main', exchange: 'binance' }] },
    'accounts.check': { name: 'main', exchange: 'binance', canTrade: true, warnings: [] },
  };
  aws.admin = ({ command }) => ({ ok: true, result: answers[command] });
  aws.subscriptions = [{ Endpoint: 'me@example.org', SubscriptionArn: 'arn:aws:sns:eu-west-1:1:topic:2' }];
});

interface Finding {
  check: string;
  state: string;
  text: string;
  advice?: string;
}

/** Runs the doctor over a stack whose links are served beside it. @param link what opening a link returns. */
async function examine(link: FakeResponse = { status: 404, body: '{"status":"not-found"}' }) {
  await using links = await serveFakes(() => link);
  if (aws.cloudFormation.stacks.length === 0)
    aws.addStack({
      parameters: { notifyEmail: 'me@example.org', triggerConcurrency: '200', linksHalted: 'false' },
      outputs: {
        BaseUrl: links.url,
        TopicArn: 'arn:aws:sns:eu-west-1:1:topic',
        AdminFunctionName: 'ripcord-admin',
      },
      resources: new Map([[alarm.id, { type: 'AWS::CloudWatch::Alarm', status: 'CREATE_COMPLETE' }]]),
    });
  const { code, stdout } = await runAgainst(aws, 'doctor', '--json');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Finding[] };
  expect(ok).toBe(code === 0);
  return { code, checks, wrong: checks.filter(({ state }) => state !== 'ok') };
}

describe('A deployment', () => {
  test('without a flaw has a line for each check, and exit code 0', async () => {
    const { code, checks, wrong } = await examine();
    expect({ code, wrong }).toEqual({ code: 0, wrong: [] });
    expect(checks.map(({ check }) => check)).toEqual([
      ...['credentials', 'clock', 'stack', 'termination protection', 'drift', 'quota', 'e-mail', 'alarms'],
      ...['admin function', 'links', 'link address', 'sweep', 'channels', 'account main'],
    ]);
  });

  test('that is missing leaves the checks that need it out, and says how to deploy', async () => {
    const { code, stdout } = await runAgainst(aws, 'doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^✗ stack .* There is no stack in this account and region\.\n +Deploy it: ripcord deploy$/m,
    );
    expect(stdout).toMatch(/^✓ credentials /m);
    expect(stdout).not.toContain('admin function');
  });

  const flaws: [string, () => void, Partial<Finding>][] = [
    [
      'that was changed by hand',
      () => {
        aws.drifted = ['TriggerFunction'];
      },
      { check: 'drift', state: 'failed', text: expect.stringContaining('TriggerFunction (modified)') },
    ],
    [
      'with an active alarm',
      () => {
        aws.alarming = [
          { AlarmName: alarm.name, AlarmDescription: 'Links fail.', StateValue: 'ALARM' },
          { AlarmName: 'ripcord-test-other', AlarmDescription: '', StateValue: 'ALARM' },
        ];
      },
      { check: 'alarms', state: 'failed', text: 'Alarm-id is active.', advice: 'Links fail.' },
    ],
    [
      'whose e-mail address is not confirmed',
      () => {
        aws.subscriptions = [{ Endpoint: 'me@example.org', SubscriptionArn: 'PendingConfirmation' }];
      },
      { check: 'e-mail', state: 'failed', text: expect.stringContaining('has not confirmed') },
    ],
    [
      'whose links are halted',
      () => {
        answers['changes.list'] = { hits: [], paused: false, halted: true, sweptAt: ago(1) };
      },
      { check: 'links', state: 'failed', advice: 'Finish it: ripcord restore' },
    ],
    [
      'whose sweep does not run',
      () => {
        answers['changes.list'] = { hits: [], paused: false, sweptAt: ago(10) };
      },
      { check: 'sweep', state: 'failed' },
    ],
    [
      'with a channel that failed',
      () => {
        const lastDelivery = { state: 'failed', at: ago(2), why: 'responded 403' };
        answers['notify.list'] = {
          channels: [{ name: 'team', kind: 'slack', target: 'x', builtIn: false, lastDelivery }],
        };
      },
      { check: 'channels', state: 'failed', text: expect.stringContaining('team: responded 403') },
    ],
    [
      'with an account that cannot be read',
      () => {
        answers['accounts.list'] = { accounts: [{ name: 'main', problem: 'It is not valid.' }] };
      },
      { check: 'account main', state: 'failed', text: 'It is not valid.' },
    ],
    [
      'at a clock that is wrong',
      () => {
        aws.date = new Date(Date.now() - 2 * minuteMs).toUTCString();
      },
      { check: 'clock', state: 'failed', text: expect.stringMatching(/1[12]\d s ahead of AWS/) },
    ],
  ];

  test.each(flaws)('%s has this one flaw, and exit code 1', async (_, spoil, finding) => {
    spoil();
    const { code, wrong } = await examine();
    expect(code).toBe(1);
    expect(wrong).toMatchObject([finding]);
  });

  test('whose address is answered by something else can close nothing', async () => {
    const { code, wrong } = await examine({ status: 404, body: '{"message":"Not Found"}' });
    expect({ code, wrong }).toMatchObject({ code: 1, wrong: [{ check: 'link address', state: 'failed' }] });
  });

  test('with a key that needs care gets a warning, which is no failure', async () => {
    const warnings = ['The key expires on 2026-12-03, in 3 days. Replace it before then.'];
    answers['accounts.check'] = { name: 'main', exchange: 'bybit', canTrade: true, warnings };
    const { code, wrong } = await examine();
    expect({ code, wrong }).toMatchObject({ code: 0, wrong: [{ state: 'warning', text: warnings[0] }] });
  });
});

test('A service that does not respond delays and hides no other check', { timeout: 60_000 }, async () => {
  aws.silent.add('ListSubscriptionsByTopic');
  const { code, checks, wrong } = await examine();
  expect(code).toBe(1);
  expect(wrong).toMatchObject([
    { check: 'e-mail', text: expect.stringMatching(/no response|TimeoutError/i) },
  ]);
  expect(checks).toHaveLength(14);
});

test('A function that does not exist is one failure, and not one for each of its checks', async () => {
  aws.admin = undefined;
  const { wrong } = await examine();
  expect(wrong).toMatchObject([
    { check: 'admin function', text: expect.stringContaining('no function ripcord-admin') },
  ]);
});

test('An emulator that lacks a request is no failure of the deployment', async () => {
  aws.unsupported.add('DetectStackDrift').add('GetAccountSettings');
  const { code, wrong } = await examine();
  expect(code).toBe(0);
  expect(wrong).toMatchObject([
    { check: 'drift', state: 'warning' },
    { check: 'quota', state: 'warning' },
  ]);
});
