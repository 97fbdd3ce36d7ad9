import assert from 'node:assert/strict';
import { join } from 'node:path';
import { email, root, type Walk } from '../walk.ts';
import { listTables } from './deployed.ts';
import type { Step } from './step.ts';

const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');

async function deployWithCdk(walk: Walk, ...args: string[]): Promise<void> {
  const output = ['--output', join(walk.folder, 'cdk.out'), '--require-approval', 'never'];
  const { code, stderr } = await walk.run({
    file: process.execPath,
    args: [cdk, 'deploy', ...output, ...args],
  });
  assert.equal(code, 0, `cdk deploy failed: ${stderr}`);
}

export const withCdk: Step[] = [
  {
    title: 'cdk deploy and ripcord deploy each update the stack that the other made, and armed links fire',
    run: (walk) =>
      walk.inNewAccount('cdk', {}, async (other) => {
        await other.bootstrap();
        await deployWithCdk(other, '--parameters', `notifyEmail=${email}`);
        await other.addAccount();
        const links = [await other.armLink(), await other.armLink()] as const;
        await other.deploy('--set', 'triggerConcurrency=30');
        await other.fire(links[0]);
        await deployWithCdk(other);
        await other.fire(links[1]);
        assert.equal((await listTables(other)).length, 1);
      }),
  },
];
