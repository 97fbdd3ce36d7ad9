import assert from 'node:assert/strict';
import { listTables } from './deployed.ts';
import type { Step } from './step.ts';

const other = ['--prefix', 'ripcord-test'];

export const stages: Step[] = [
  {
    title: 'A second stage stands beside the first: links of both fire, each through its own address',
    async run(walk) {
      await walk.deploy('--set', 'notifyEmail=none', ...other);
      await walk.addAccount(...other);
      const links = [await walk.armLink(), await walk.armLink(other)] as const;
      const hosts = links.map(({ url }) => new URL(url).host);
      assert.equal(new Set(hosts).size, 2);
      await walk.fire(links[0]);
      await walk.fire(links[1], ...other);
      assert.equal((await listTables(walk)).length, 2);
    },
  },
  {
    title: 'A position of one stage is unknown to the other',
    async run(walk) {
      const { positionId } = await walk.armLink();
      assert.match(await walk.refused(['positions', 'get', positionId, ...other]), /not found|no position/i);
    },
  },
];
