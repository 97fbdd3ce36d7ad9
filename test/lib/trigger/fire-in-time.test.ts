import { describe, expect, it } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import type { PositionLink } from '../../../lib/link/link.ts';
import { toLinkId } from '../../../lib/link/link.ts';
import { hashToken, mintToken } from '../../../lib/link/token.ts';
import { hitActMs } from '../../../lib/position/timing.ts';
import { fire } from '../../../lib/trigger/fire.ts';
import { type Stage, setStage } from '../../simulation/harness.ts';
import { linkAt } from '../link/example-link.ts';

const token = mintToken();
const tokenHash = hashToken(token);
const post = {
  token,
  method: 'POST',
  sourceIp: '192.0.2.1',
  userAgent: undefined,
  hasBody: false,
  navigation: { userInitiated: false, doubt: 'unproven' },
} as const;

/** A filled spot position with a close link, in virtual time. */
async function newStage(link: Partial<PositionLink> = {}): Promise<Stage> {
  const stage = await setStage();
  const { positionId } = stage.position;
  await stage.table.createLink(linkAt(1, { linkId: toLinkId(tokenHash), tokenHash, positionId, ...link }));
  return stage;
}

function hit({ services, during }: Stage, arrivedAt?: number) {
  return during(() => fire(services, post, arrivedAt));
}

describe("A hit's time to act", () => {
  it('ends for its claim 2.5 s after its arrival, not 5 s after the claim', async () => {
    const stage = await newStage();
    const arrivedAt = stage.environment.time;
    stage.environment.time += 1_000;
    let sendDeadline: number | undefined;
    const { claimPosition } = stage.table;
    stage.table.claimPosition = (request) => {
      sendDeadline = request.claim.sendDeadline;
      return claimPosition(request);
    };
    expect(await hit(stage, arrivedAt)).toMatchObject({ status: 'closed' });
    expect(sendDeadline).toBe(arrivedAt + hitActMs);
  });

  it('that is over before the claim leaves the position alone', async () => {
    const stage = await newStage();
    const response = await hit(stage, stage.environment.time - hitActMs - 1);
    expect(response).toMatchObject({ status: 'out-of-time', httpStatus: 503, retryAfter: 5 });
    expect(response.publicMessage).toContain('sent nothing for it');
    expect(await stage.now()).toMatchObject({ state: 'open' });
    expect(await stage.table.listHits(stage.position.positionId, 1)).toMatchObject([
      { decision: 'refused', status: 503, why: response.detail },
    ]);
  });

  it.each([3_000, 60_000, 3_600_000])(
    'that passes while the process is frozen for %i ms after its claim lets no order leave, and recovery closes',
    async (frozenMs) => {
      const stage = await newStage();
      const { claimPosition } = stage.table;
      stage.table.claimPosition = async (request) => {
        const result = await claimPosition(request);
        stage.environment.time += frozenMs;
        return result;
      };
      const response = await hit(stage);
      expect(stage.book.of('close')).toEqual([]);
      expect(response).toMatchObject({ httpStatus: 503, status: 'retrying' });
      expect(await stage.now()).toMatchObject({ state: 'claimed', claim: { phase: 'not-sent' } });
      stage.table.claimPosition = claimPosition;
      stage.environment.time += 1;
      expect(await hit(stage)).toMatchObject({ status: 'closed' });
      expect(stage.book.of('close')).toHaveLength(1);
    },
  );

  it('that is nearly over does not begin another wait for a claim of less', async () => {
    const stage = await newStage();
    await stage.table.claimPosition({
      positionId: stage.position.positionId,
      claim: {
        actor: 'link',
        linkId: 'lnk_fedcba9876543210',
        action: 'keep',
        leaseToken: 'other',
        claimedAt: stage.environment.time,
        leaseExpiresAt: stage.environment.time + 12_000,
        sendDeadline: stage.environment.time + 5_000,
        phase: 'may-have-sent',
      },
      from: ['open'],
    });
    const startedAt = stage.environment.time;
    expect(await hit(stage)).toMatchObject({ status: 'busy', httpStatus: 503 });
    expect(stage.environment.time - startedAt).toBeLessThanOrEqual(hitActMs);
  });
});

describe('An answer after a freeze', () => {
  it('does not state what may have changed since', async () => {
    const stage = await newStage();
    const { recordHit } = stage.table;
    stage.services.exchanges.of = () =>
      Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.'));
    stage.table.recordHit = async (record, expiresAt) => {
      await recordHit(record, expiresAt);
      stage.environment.time += 3_600_000;
    };
    const response = await hit(stage);
    expect(response).toMatchObject({ httpStatus: 503, headline: 'Late response' });
    expect(response.publicMessage).not.toContain('Nothing was sent');
    expect(response.detail).toBe('Nothing was sent. Binance did not respond.');
  });

  it('states a recorded outcome, which stays true', async () => {
    const stage = await newStage();
    const { savePosition } = stage.table;
    stage.table.savePosition = async (...input) => {
      const saved = await savePosition(...input);
      stage.environment.time += 3_600_000;
      return saved;
    };
    expect(await hit(stage)).toMatchObject({ status: 'closed', headline: 'Closed', httpStatus: 200 });
  });
});

it('A claim that the table did not confirm is neither denied nor promised', async () => {
  const stage = await newStage();
  const { claimPosition } = stage.table;
  stage.table.claimPosition = async (request) => {
    await claimPosition(request);
    throw new Fault('table-unreachable', 'The database did not respond.');
  };
  const response = await hit(stage);
  expect(response).toMatchObject({ status: 'table-unreachable', httpStatus: 503, decision: 'in-progress' });
  expect(response.publicMessage).toContain('If the request was stored, Ripcord continues automatically.');
  expect(await stage.now()).toMatchObject({ state: 'claimed' });
});
