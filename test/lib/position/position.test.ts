import { describe, expect, it } from 'vitest';
import {
  actionSchema,
  actorSchema,
  claimSchema,
  failureSchema,
  isFinal,
  orderRecordSchema,
  outcomeSchema,
  positionIdSchema,
  positionSchema,
  positionStatusSchema,
  stateSchema,
  toStatus,
} from '../../../lib/position/position.ts';
import {
  exampleClaim,
  exampleFailure,
  exampleOrder,
  exampleOutcome,
  examplePosition,
  examplePositionIn,
  fullPosition,
  positionIdAt,
} from './example-position.ts';

describe('A position id', () => {
  it.each([
    'pos_0123456789a',
    'pos_0123456789abc',
    'pos_0123456789AB',
    ' pos_0123456789ab',
    'pos_0123456789ab ',
    'lnk_0123456789ab',
    '0123456789ab',
    '',
  ])('is not %j', (text) => {
    const { error } = positionIdSchema.safeParse(text);
    expect(error?.issues).toMatchObject([{ message: 'expected pos_ and 12 letters or digits' }]);
  });

  it('is pos_ and 12 letters or digits', () => {
    expect(positionIdSchema.parse(positionIdAt(1_000_000))).toBe('pos_00000000lfls');
  });
});

describe('A position', () => {
  it.each([
    ['with all it needs', examplePosition],
    ['with all it can have', fullPosition],
  ])('is taken as it is: one %s', (_, position) => {
    expect(positionSchema.parse(position)).toStrictEqual(position);
  });

  it('is final once it is closed or canceled, and only then', () => {
    expect(stateSchema.options.filter(isFinal)).toEqual(['closed', 'canceled']);
  });

  it.each([
    ['open', 'open'],
    ['kept', 'open'],
    ['failed', 'open'],
    ['claimed', 'closing'],
    ['closed', 'closed'],
    ['canceled', 'canceled'],
    ['needs-attention', 'needs-attention'],
  ] as const)('that is %s inside is %s to the outside', (state, status) => {
    expect(toStatus(examplePositionIn(state))).toBe(status);
  });
});

describe('A choice', () => {
  const { shape: order } = orderRecordSchema;
  const { shape: outcome } = outcomeSchema;
  const { shape: claim } = claimSchema;
  it.each([
    ['action', actionSchema, ['close', 'keep']],
    ['actor', actorSchema, ['link', 'operator', 'sweep']],
    ['actor of a claim', claim.actor, ['link', 'operator']],
    ['phase of a claim', claim.phase, ['may-have-sent', 'not-sent']],
    ['status of an order', order.status, ['unconfirmed', 'live', 'done']],
    ['outcome', outcome.outcome, ['closed', 'canceled', 'kept', 'dust']],
    ['cause of an outcome', outcome.closedBy, ['ripcord', 'exit-order', 'external']],
    ['source of a failure', failureSchema.shape.source, ['exchange', 'ripcord']],
    ['state', stateSchema, ['open', 'claimed', 'kept', 'failed', 'closed', 'canceled', 'needs-attention']],
    ['status', positionStatusSchema, ['open', 'closing', 'closed', 'canceled', 'needs-attention']],
  ])('of %s accepts each of its values and refuses all others', (_, schema, values) => {
    for (const value of values) expect(schema.parse(value)).toBe(value);
    for (const value of ['', 'liquidated']) expect(schema.safeParse(value).success).toBe(false);
  });
});

describe('What belongs to a position', () => {
  const [fullExit] = fullPosition.exitOrders;
  it.each<[string, { parse: (value: unknown) => unknown }, unknown]>([
    ['an entry order', orderRecordSchema, exampleOrder],
    ['an exit order', orderRecordSchema, fullExit],
    [
      'a sent order',
      orderRecordSchema,
      {
        ...exampleOrder,
        canceledByClaimAt: 1,
        sendDeadline: 2,
        reduceOnly: true,
        notFoundCount: 1,
      },
    ],
    ['an outcome', outcomeSchema, { ...exampleOutcome, percent: 50 }],
    ['a failure', failureSchema, exampleFailure],
    ['a claim', claimSchema, exampleClaim],
    [
      'a claim of a later attempt',
      claimSchema,
      {
        ...exampleClaim,
        percent: 50,
        takenOver: true,
        lostAttempts: 1,
        lastExchangeMessage: 'Timeout.',
        notFoundCount: 2,
      },
    ],
  ])('is read as it is: %s', (_, schema, value) => {
    expect(schema.parse(value)).toStrictEqual(value);
  });

  it.each([
    ['an order', orderRecordSchema, exampleOrder, ['type', 'status', 'amount', 'filled']],
    [
      'an outcome',
      outcomeSchema,
      exampleOutcome,
      [
        ...['outcome', 'closedBy', 'action', 'actor', 'detail', 'entryFilled', 'closedAmount', 'remaining'],
        ...['canceledEntryOrderIds', 'canceledExitOrderIds', 'claimedAt', 'settledAt'],
      ],
    ],
    [
      'a failure',
      failureSchema,
      exampleFailure,
      ['source', 'code', 'message', 'actor', 'at', 'canceledExitOrderIds'],
    ],
    [
      'a claim',
      claimSchema,
      exampleClaim,
      ['actor', 'action', 'leaseToken', 'claimedAt', 'leaseExpiresAt', 'sendDeadline', 'phase'],
    ],
  ])('must be complete: %s', (_, schema, value, required) => {
    const missing = required.filter(
      (attribute) => !schema.safeParse({ ...value, [attribute]: undefined }).success,
    );
    expect(missing).toEqual(required);
  });
});

describe('A stored position', () => {
  it.each(stateSchema.options)('that is %s is read as it is', (state) => {
    const position = examplePositionIn(state);
    expect(positionSchema.parse(position)).toStrictEqual(position);
  });

  it.each([
    ['claimed', 'claim'],
    ['failed', 'failure'],
    ['needs-attention', 'attentionReason'],
  ] as const)('that is %s must have its %s', (state, attribute) => {
    const position = { ...examplePositionIn(state), [attribute]: undefined };
    expect(positionSchema.safeParse(position).success).toBe(false);
  });

  it.each([
    ['no account', { account: undefined }],
    ['an unknown state', { state: 'lost' }],
    ['an unknown exchange', { exchange: 'mtgox' }],
    ['no market', { market: undefined }],
    ['a size that is a number', { declaredSize: { amount: 1 } }],
    ['a size without an amount', { declaredSize: {} }],
    ['a sync without a time', { lastSync: { price: '1' } }],
  ])('cannot have %s', (_, differing) => {
    expect(positionSchema.safeParse({ ...examplePosition, ...differing }).success).toBe(false);
  });

  it('keeps what its last sync read, also since when the account is flat', () => {
    const position = { ...examplePosition, lastSync: { at: 2, price: '60100', flatSince: 1 } };
    expect(positionSchema.parse(position)).toStrictEqual(position);
  });

  it('has no uses when it was stored without them', () => {
    const { uses, ...older } = examplePosition;
    expect(positionSchema.parse(older).uses).toEqual({});
  });
});
