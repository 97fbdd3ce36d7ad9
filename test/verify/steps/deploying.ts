import assert from 'node:assert/strict';
import { probeToken } from '../../../lib/link/token.ts';
import { certificateArn, domain, email } from '../walk.ts';
import { describeDeployed } from './deployed.ts';
import type { Step } from './step.ts';

const wanted = {
  domain,
  subscriptions: [email],
  concurrency: 20,
};

export const deploying: Step[] = [
  {
    title: 'A first deployment has the domain, the subscription and the concurrency that were asked for',
    async run(walk) {
      const settings = [`notifyEmail=${email}`, `domainName=${domain}`, `certificateArn=${certificateArn}`];
      await walk.deploy(...[...settings, 'triggerConcurrency=20'].flatMap((each) => ['--set', each]));
      assert.deepEqual(await describeDeployed(walk), wanted);
    },
  },
  {
    title: 'An armed link closes its position with one order',
    async run(walk, trail) {
      await walk.addAccount();
      await walk.fire(await walk.armLink());
      trail.link = await walk.armLink();
      assert.equal(new URL(trail.link.url).host, domain);
    },
  },
  {
    title: 'The sweep finds its own links reachable, through name, certificate, gateway and trigger',
    async run(walk) {
      await walk.emulator.sweep();
      const probes = walk.emulator.answers.filter(({ path }) => path === `/l/${probeToken}`);
      assert(probes.length > 0, 'no sweep has opened its own link');
      assert.deepEqual(
        new Set(probes.map(({ host, status }) => `${status} ${host}`)),
        new Set([`404 ${domain}`]),
      );
    },
  },
  {
    title: 'A bare second deployment keeps domain, subscription and concurrency, and the armed link fires',
    async run(walk, trail) {
      await walk.deploy();
      assert.deepEqual(await describeDeployed(walk), wanted);
      assert(trail.link);
      await walk.fire(trail.link);
    },
  },
  {
    title: 'A setting that cuts an armed link is refused, and nothing changes',
    async run(walk, trail) {
      trail.link = await walk.armLink();
      const said = await walk.refused([
        'deploy',
        '--yes',
        '--unset',
        'domainName',
        '--unset',
        'certificateArn',
      ]);
      assert.match(said, /armed/);
      assert.deepEqual(await describeDeployed(walk), wanted);
      await walk.fire(trail.link);
    },
  },
];
