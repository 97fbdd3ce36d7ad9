import { expect, it } from 'vitest';
import type { CreateResult } from '../../../lib/exchange/exchange.ts';
import { toLinkId } from '../../../lib/link/link.ts';
import { hashToken, mintToken } from '../../../lib/link/token.ts';
import { hitAnswerMs } from '../../../lib/position/timing.ts';
import { fire } from '../../../lib/trigger/fire.ts';
import { setStage } from '../../simulation/harness.ts';

/** A hit on a position at an exchange that answers its close order so, and the claim's lease at each start of a sweep. */
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
  const leftOfLease: number[] = [];
  services.wakeSweep = async () => {
    leftOfLease.push(((await stage.now()).claim?.leaseExpiresAt ?? 0) - environment.time);
    await wake();
  };
  const startedAt = environment.time;
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
  return { response, leftOfLease, tookMs: environment.time - startedAt };
}

const unknown = { kind: 'unknown', message: 'no answer' } as const;

it('a hit whose close is pending starts a sweep after its lease is ended', async () => {
  const { response, leftOfLease } = await hitOnce(unknown);
  expect(response).toMatchObject({ httpStatus: 202, status: 'in-progress' });
  expect(leftOfLease).toHaveLength(1);
  expect(leftOfLease[0]).toBeLessThanOrEqual(0);
});

it('a hit that closed the position starts no sweep', async () => {
  const { response, leftOfLease } = await hitOnce();
  expect(response).toMatchObject({ httpStatus: 200, status: 'closed' });
  expect(leftOfLease).toEqual([]);
});

it('a hit that was refused starts no sweep', async () => {
  const rejected = { kind: 'rejected', reason: 'permission', code: '-2015', message: 'no' } as const;
  const { response, leftOfLease } = await hitOnce(rejected);
  expect(response).toMatchObject({ httpStatus: 422 });
  expect(leftOfLease).toEqual([]);
});

it('a sweep that cannot be started does not fail the hit', async () => {
  const { response } = await hitOnce(unknown, () => Promise.reject(new Error('throttled')));
  expect(response).toMatchObject({ httpStatus: 202, status: 'in-progress' });
});

it('a sweep that does not start keeps no answer back', async () => {
  const never = () => new Promise<void>(() => {});
  const { response, tookMs } = await hitOnce(unknown, never);
  expect(response).toMatchObject({ httpStatus: 202, status: 'in-progress' });
  expect(tookMs).toBeLessThanOrEqual(hitAnswerMs);
});
