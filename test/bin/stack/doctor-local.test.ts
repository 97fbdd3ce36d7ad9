import { expect, it } from 'vitest';
import { startEnvironment } from '../../end-to-end/environment.ts';
import { newTrader, spotLong } from '../../end-to-end/trader.ts';
import { runRipcord } from '../run-ripcord.ts';

const environment = await startEnvironment();

it('The doctor examines the local stack, without AWS', async () => {
  const { account } = await newTrader(environment, spotLong);
  await environment.invoke('ripcord-sweep', {});
  const { code, stdout } = await runRipcord(['doctor', '--local', environment.url, '--json']);
  const { checks } = JSON.parse(stdout) as { checks: { check: string; state: string }[] };
  expect(code).toBe(0);
  expect(checks.map(({ check, state }) => [check, state])).toEqual([
    ['admin function', 'ok'],
    ['links', 'ok'],
    ['link address', 'ok'],
    ['sweep', 'ok'],
    ['channels', 'warning'],
    [`account ${account}`, 'ok'],
  ]);
});

it('The doctor names the account whose key is dead, and ends with exit code 1', async () => {
  const { account, apiKey } = await newTrader(environment, spotLong);
  environment.core.accountOf(apiKey).apiKey = 'revoked';
  const { code, stdout } = await runRipcord(['doctor', '--local', environment.url]);
  expect(code).toBe(1);
  expect(stdout).toMatch(new RegExp(`^✗ account ${account} .*Invalid API-key`, 'm'));
  expect(stdout).toContain(`ripcord accounts check ${account} --local ${environment.url}`);
});
