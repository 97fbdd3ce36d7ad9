import assert from 'node:assert/strict';
import { certificateArn, domain } from '../walk.ts';
import { listBuckets, listParameters, listTables } from './deployed.ts';
import type { Step } from './step.ts';

export const leaving: Step[] = [
  {
    title: 'Without a terminal, destroy is refused while a link is armed, and nothing changes',
    async run(walk, trail) {
      trail.link = await walk.armLink();
      assert.match(await walk.refused(['destroy']), /armed/);
      await walk.fire(trail.link);
    },
  },
  {
    title: 'With the name of the stage, destroy removes stack, keys and code, and keeps the table',
    async run(walk, trail) {
      trail.link = await walk.armLink();
      const { TableName: table } = await walk.readOutputs();
      const { code, stderr } = await walk.ripcord(['destroy', '--yes', 'ripcord']);
      assert.equal(code, 0, stderr);
      assert.deepEqual(await listParameters(walk, '/ripcord/'), []);
      assert.deepEqual(await listBuckets(walk, 'ripcord-ripcord-code'), []);
      assert((await listTables(walk)).includes(table ?? ''), 'the table is gone');
      assert.equal((await walk.emulator.open(trail.link.url)).status, 404);
      trail.keptTable = table;
    },
  },
  {
    title: 'A new stack on the kept table: the old link fires',
    async run(walk, trail) {
      assert(trail.keptTable !== undefined && trail.link !== undefined);
      const settings = ['notifyEmail=none', `domainName=${domain}`, `certificateArn=${certificateArn}`];
      const all = [...settings, `table=${trail.keptTable}`];
      await walk.deploy(...all.flatMap((each) => ['--set', each]));
      assert.equal((await walk.readOutputs()).TableName, trail.keptTable);
      await walk.addAccount();
      await walk.fire(trail.link);
    },
  },
];
