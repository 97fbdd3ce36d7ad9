import { expect, it } from 'vitest';
import type { CreateResult } from '../../../lib/exchange/exchange.ts';
import { toLinkId } from '../../../lib/link/link.ts';
import { hashToken, mintToken } from '../../../lib/link/token.ts';
import { fire } from '../../../lib/trigger/fire.ts';
import { setStage } from '../../simulation/harness.ts';

/** A link of a position at an exchange that answers its close order so, and what a hit has recorded when it wakes. */
async function hitOnce(created?: CreateResult, wake: () => Promise<void> = async () => undefined) {
  const stage = await setStage();
  const { services, exchange, table, position, during, environment } = stage;
  const token = mintToken();
  const tokenHash = hashToken(token);
  const { positionId } = position;
  await during(() =>
    table.createLink({
      linkId: toLinkId(tokenHash),
      tokenHash,
      positionId,
      action: 'close',
      confirm: false,
      methods: 'any',
      sources: 'any',
      createdAt: new Date(environment.time).toISOString(),
    }),
  );
  if (created !== undefined) exchange.createMarketOrder = async () => created;
  const recordedBefore: number[] = [];
  services.wakeSweep = async () => {
    recordedBefore.push((await table.listHits(positionId, 10)).length);
    await wake();
  };
  const response = await during(() =>
    fire(services, {
      method: 'POST',
      token,
      sourceIp: '127.0.0.1',
      userAgent: undefined,
      hasBody: false,
      navigation: { userInitiated: false, doubt: 'unproven' },
    }),
  );
  return { response, recordedBefore };
}

const unknown = { kind: 'unknown', message: 'no answer' } as const;

it('a hit whose close is pending starts a sweep after it is recorded', async () => {
  const { response, recordedBefore } = await hitOnce(unknown);
  expect(response).toMatchObject({ httpStatus: 202, status: 'in-progress' });
  expect(recordedBefore).toEqual([1]);
});

it('a hit that closed the position starts no sweep', async () => {
  const { response, recordedBefore } = await hitOnce();
  expect(response).toMatchObject({ httpStatus: 200, status: 'closed' });
  expect(recordedBefore).toEqual([]);
});

it('a hit that was refused starts no sweep', async () => {
  const rejected = { kind: 'rejected', reason: 'permission', code: '-2015', message: 'no' } as const;
  const { response, recordedBefore } = await hitOnce(rejected);
  expect(response).toMatchObject({ httpStatus: 422 });
  expect(recordedBefore).toEqual([]);
});

it('a sweep that cannot be started does not fail the hit', async () => {
  const { response } = await hitOnce(unknown, () => Promise.reject(new Error('throttled')));
  expect(response).toMatchObject({ httpStatus: 202, status: 'in-progress' });
});
