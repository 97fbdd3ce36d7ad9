import { expect, it } from 'vitest';
import type { Accounts } from '../../../../lib/account/account.ts';
import { closePosition } from '../../../../lib/admin/positions/close.ts';
import { closeAllPositions } from '../../../../lib/admin/positions/close-all.ts';
import type { CreateResult } from '../../../../lib/exchange/exchange.ts';
import { setStage } from '../../../simulation/harness.ts';

const unknown = { kind: 'unknown', message: 'no answer' } as const;

/** A position at an exchange that answers its close order so, and how often a sweep was started. */
async function stageWith(created?: CreateResult, wake: () => Promise<void> = async () => undefined) {
  const stage = await setStage();
  if (created !== undefined) stage.exchange.createMarketOrder = async () => created;
  let wakes = 0;
  stage.services.wakeSweep = () => {
    wakes += 1;
    return wake();
  };
  const { positionId } = stage.position;
  const close = () => stage.during(() => closePosition(stage, { positionId }));
  const accounts = {} as Accounts;
  const closeAll = () => stage.during(() => closeAllPositions({ ...stage, accounts }, {}));
  return { close, closeAll, wakes: () => wakes };
}

it("the operator's close starts a sweep if its result is pending", async () => {
  const { close, wakes } = await stageWith(unknown);
  expect(await close()).toMatchObject({ status: 202, outcome: 'in-progress' });
  expect(wakes()).toBe(1);
});

it("the operator's close starts no sweep if its result is known", async () => {
  const { close, wakes } = await stageWith();
  expect(await close()).toMatchObject({ status: 200, outcome: 'closed' });
  expect(wakes()).toBe(0);
});

it('a sweep that cannot be started does not fail the close', async () => {
  const { close } = await stageWith(unknown, () => Promise.reject(new Error('throttled')));
  expect(await close()).toMatchObject({ status: 202 });
});

it('closing all positions starts one sweep for all pending results', async () => {
  const { closeAll, wakes } = await stageWith(unknown);
  expect(await closeAll()).toMatchObject({ reports: [{ status: 202 }] });
  expect(wakes()).toBe(1);
});
