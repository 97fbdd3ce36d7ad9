import assert from 'node:assert/strict';
import { certificateArn, domain, email } from '../walk.ts';
import { listTables } from './deployed.ts';
import type { Step } from './step.ts';

/** There is no such zone, so the record can't be created. */
const zone = 'Z0123456789ABC';
const domainSettings = [`domainName=${domain}`, `certificateArn=${certificateArn}`];

export const failingFirst: Step[] = [
  {
    title: 'A first deployment that fails, and a second try, leave one table',
    run: (walk) =>
      walk.inNewAccount('failing-first', {}, async (other) => {
        const settings = [`notifyEmail=${email}`, ...domainSettings].flatMap((each) => ['--set', each]);
        await other.refused(['deploy', '--yes', ...settings, '--set', `hostedZoneId=${zone}`]);
        assert.deepEqual(await listTables(other), []);
        await other.deploy(...settings);
        assert.equal((await listTables(other)).length, 1);
        await other.addAccount();
        await other.fire(await other.armLink());
      }),
  },
  {
    title: 'A first deployment succeeds in an account that allows 10 concurrent executions',
    run: (walk) =>
      walk.inNewAccount('small-quota', { concurrentExecutions: 10 }, async (other) => {
        await other.deploy('--set', `notifyEmail=${email}`);
        assert.equal((await listTables(other)).length, 1);
      }),
  },
];
