import { beforeEach, expect, test } from 'vitest';
import { armedLink } from '../examples.ts';
import { FakeAws, runAgainst } from './fake-aws.ts';

let aws: FakeAws;

beforeEach(() => {
  aws = new FakeAws();
});

const withDomain = {
  notifyEmail: 'me@example.org',
  domainName: 'links.example.org',
  certificateArn: 'arn:1',
};
const deploy = (...words: string[]) => runAgainst(aws, 'deploy', ...words);

/** Nothing may be changed or created. */
function expectNothingChanged(): void {
  expect(aws.cloudFormation.changes).toEqual([]);
  expect(aws.s3.buckets.size).toBe(0);
}

test('A deployment that would cut armed links is refused before anything changes', async () => {
  aws.addStack({ parameters: withDomain });
  const links = [armedLink, { ...armedLink, state: 'revoked' }, { ...armedLink, positionClosed: true }];
  aws.admin = () => ({ ok: true, result: { links, paused: false } });
  const { code, stderr } = await deploy('--set', 'domainName=other.example.org', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain(
    'Nothing was deployed: links at links.example.org would stop working, and 1 link is armed.',
  );
  expectNothingChanged();
});

test('While links are halted, links that the restore paused count as armed', async () => {
  aws.addStack({ parameters: { ...withDomain, linksHalted: 'true' } });
  const links = [{ ...armedLink, state: 'paused' }];
  aws.admin = () => ({ ok: true, result: { links, paused: false, halted: true } });
  const { code, stderr } = await deploy('--set', 'domainName=other.example.org', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('and 1 link is armed');
  expectNothingChanged();
});

test('A deployment that may cut armed links is refused if the links cannot be read', async () => {
  aws.addStack({ parameters: withDomain });
  const { code, stderr } = await deploy('--unset', 'domainName', '--unset', 'certificateArn', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('it is not known whether a link is armed');
});

test('A stack from before the settings persisted is not updated, with or without settings named', async () => {
  aws.addStack({ parameters: {} });
  for (const words of [['--yes'], ['--set', 'notifyEmail=me@example.org', '--yes']]) {
    const { code, stderr } = await deploy(...words);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was deployed: the stack Ripcord is from a version without settings');
  }
  expectNothingChanged();
});

test.each([
  [['--previous-parameters=false'], 'There is no option --previous-parameters'],
  [['--hotswap'], 'There is no option --hotswap'],
  [['--set'], '--set needs a value'],
])('An option that only CDK knows is refused before anything changes: %j', async (words, message) => {
  const { code, stderr } = await deploy(...words);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expectNothingChanged();
});

test.each([
  ['deploy', '--prefix', 'Ripcord'],
  ['deploy', '-c', 'prefix=a_b'],
  ['destroy', '--yes', 'a_b'],
  ['restore', '--prefix', 'a_b'],
  ['doctor', '--prefix', 'a_b'],
  ['init', '--prefix', 'a_b'],
])('A prefix that names no stage is refused before anything is asked: %s %s %s', async (...words) => {
  const { code, stderr } = await runAgainst(aws, ...words);
  expect(code).toBe(1);
  expect(stderr).toContain('expected 1 to 24 lowercase letters, digits or -, starting with a letter');
});

test('A wrong setting is refused before anything changes', async () => {
  const { code, stderr } = await deploy('--set', 'throttleRate=0');
  expect(code).toBe(1);
  expect(stderr).toContain(
    'throttleRate is "0": expected a whole number from 1 to 5000. Nothing was deployed.',
  );
  expectNothingChanged();
});
