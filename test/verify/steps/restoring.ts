import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Step } from './step.ts';

const secondMs = 1_000;

/** Restoring reads the logs of this long before the backup too, and arms no link whose position they name. */
const logsBeforeMs = 10_000;

/** @returns a full second that has passed, long after everything so far: point-in-time recovery counts in seconds. */
async function passSecond(): Promise<string> {
  const at = Math.ceil((Date.now() + logsBeforeMs) / secondMs) * secondMs;
  await wait(at + 1 - Date.now());
  return new Date(at).toISOString();
}

export const restoring: Step[] = [
  {
    title: 'Without a terminal and --yes, restore is refused, and nothing changes',
    async run(walk, trail) {
      const before = await walk.readOutputs();
      trail.link = await walk.armLink();
      await walk.refused(['restore']);
      assert.deepEqual(await walk.readOutputs(), before);
      await walk.fire(trail.link);
    },
  },
  {
    title:
      'After a restore, links that fired or were revoked since the backup stay dead, and the others fire',
    async run(walk) {
      // A trade that the backup does not know sets every position of its market aside.
      const spent = await walk.armLink([], 'ETH/USDT');
      const [revoked, untouched] = [await walk.armLink(), await walk.armLink()];
      const at = await passSecond();
      await walk.fire(spent);
      await walk.done(['links', 'revoke', revoked.linkId, '--yes']);
      const { TableName: before } = await walk.readOutputs();

      const restored = await walk.done(['restore', '--at', at, '--yes']);
      const armed = [spent, revoked, untouched].filter(({ linkId }) => restored.armed.includes(linkId));
      assert.deepEqual(armed, [untouched], JSON.stringify(restored));
      assert.notEqual((await walk.readOutputs()).TableName, before);
      const orders = walk.countOrders();
      for (const { url } of [spent, revoked]) {
        const { status } = await walk.emulator.open(url);
        assert.notEqual(status, 503, 'links are still halted');
      }
      assert.equal(walk.countOrders(), orders, 'a dead link has sent an order');
      await walk.fire(untouched);
    },
  },
];
