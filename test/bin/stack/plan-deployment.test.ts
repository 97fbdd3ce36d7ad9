import { describe, expect, test } from 'vitest';
import { endsHalt, planDeployment, type SettingValues } from '../../../bin/stack/plan-deployment.ts';
import { parseWords } from './parse-line.ts';

const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/0-1';
const deployed: SettingValues = {
  notifyEmail: 'me@example.org',
  domainName: 'links.example.org',
  certificateArn,
  throttleRate: '20',
};

function plan(line: string, from: SettingValues | undefined = deployed) {
  return planDeployment(parseWords(line.split(' ').filter((word) => word !== '')), from);
}

describe('the arguments of a deployment', () => {
  test.each(['-c', '--context', '--set', '--parameters'])('name settings after %s', (option) => {
    for (const words of [[option, 'throttleRate=7'], [`${option}=throttleRate=7`]])
      expect(parseWords(words)).toMatchObject({ set: { throttleRate: '7' } });
  });

  test.each(['--yes', '-y', '--require-approval never', '--require-approval=never'])(
    'allow the deployment without a question: %s',
    (line) => {
      expect(parseWords(line.split(' '))).toMatchObject({ yes: true });
    },
  );

  test('name a prefix in each way that CDK understands', () => {
    for (const words of [
      ['-cprefix=test'],
      ['-c=prefix=test'],
      ['--context', 'prefix=test'],
      ['--prefix', 'test'],
    ])
      expect(parseWords(words)).toMatchObject({ prefix: 'test' });
  });

  test.each([
    ['-c notifyMail=me@example.org', 'There is no setting "notifyMail"'],
    ['--set throttleRate=fast', 'throttleRate is "fast": expected a whole number from 1 to 5000'],
    ['--set domainName=none', 'Use --unset domainName'],
    ['-c @aws-cdk/core:x=true', 'is a setting of CDK'],
    ['--unset everything', 'There is no setting "everything"'],
    ['--local=x', 'is for commands of the local stack'],
  ])('are refused if they are wrong: %s', (line, message) => {
    expect(() => parseWords(line.split(' '))).toThrow(message);
    expect(() => parseWords(line.split(' '))).toThrow('Nothing was deployed.');
  });
});

describe('a deployment', () => {
  test('that names no setting keeps all of them', () => {
    expect(plan('')).toEqual({ parameters: {}, changes: [], cuts: undefined, needsNotifyEmail: false });
  });

  test('shows what a setting was and what it will be', () => {
    expect(plan('--set throttleRate=30 --set throttleBurst=50')).toMatchObject({
      parameters: { throttleRate: '30', throttleBurst: '50' },
      changes: [{ name: 'throttleRate', was: '20', will: '30' }],
    });
  });

  test('removes a setting only if it is named as removed', () => {
    expect(plan('--unset throttleRate').changes).toEqual([{ name: 'throttleRate', was: '20', will: '100' }]);
    expect(plan('--unset notifyEmail').parameters).toEqual({ notifyEmail: 'none' });
  });

  test('that takes a domain away cuts the links that start with it', () => {
    const cuts = 'links at links.example.org would stop working';
    expect(plan('--unset domainName --unset certificateArn').cuts?.why).toBe(cuts);
    expect(plan('--set domainName=other.example.org').cuts?.why).toBe(cuts);
  });

  test('that attaches another table cuts the links of the present one', () => {
    const cuts = 'links are in the present table, and the stack would use another one';
    expect(plan('--set table=Ripcord-Table-at-1').cuts?.why).toBe(cuts);
    expect(plan('--unset table', { ...deployed, table: 'Ripcord-Table-at-1' }).cuts?.why).toBe(cuts);
  });

  test('that takes fixed addresses away cuts the links of the accounts that use them', () => {
    const cuts = { why: 'accounts with egress "stack" would send nothing', egress: true };
    expect(plan('--unset egressProxies', { ...deployed, egressProxies: '2' }).cuts).toEqual(cuts);
    expect(plan('--set egressProxies=1', { ...deployed, egressProxies: '2' }).cuts?.why).toContain(
      'lose an address',
    );
    expect(plan('--set egressProxies=2', { ...deployed, egressProxies: '1' }).cuts).toBeUndefined();
    expect(plan('--set egressProxies=2').cuts).toBeUndefined();
  });

  test.each([
    ['--unset linksHalted', true],
    ['--set linksHalted=false', true],
    ['', false],
    ['--set throttleRate=30', false],
  ])('that ends the halt of a restore is found: %s', (line, ends) => {
    expect(endsHalt(plan(line, { ...deployed, linksHalted: 'true' }))).toBe(ends);
  });

  test('that takes the DNS record away cuts the links too', () => {
    expect(plan('--unset hostedZoneId', { ...deployed, hostedZoneId: 'Z1' }).cuts?.why).toContain(
      'DNS record',
    );
  });

  test("that adds a domain cuts nothing, because the API's own address stays", () => {
    const first = { notifyEmail: 'me@example.org' };
    const { cuts, changes } = plan(
      `--set domainName=a.example.org --set certificateArn=${certificateArn}`,
      first,
    );
    expect(cuts).toBeUndefined();
    expect(changes.map(({ name }) => name)).toEqual(['domainName', 'certificateArn']);
  });

  test('that is the first one has to decide who is notified', () => {
    expect(planDeployment(parseWords([]), undefined).needsNotifyEmail).toBe(true);
    const named = parseWords(['--set', 'notifyEmail=none']);
    expect(planDeployment(named, undefined).needsNotifyEmail).toBe(false);
  });
});
