import { describe, expect, it } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import type { Failure } from '../../../lib/position/position.ts';
import { alreadyDone } from '../../../lib/trigger/confirmation.ts';
import { responseForFault, toResponse } from '../../../lib/trigger/response.ts';
import {
  exampleClaim,
  exampleFailure,
  exampleOutcome,
  examplePosition,
  examplePositionIn,
} from '../position/example-position.ts';

const claimed = examplePositionIn('claimed');
const keeping = examplePositionIn('claimed', { claim: { ...exampleClaim, action: 'keep' } });

describe('A response to a hit whose claim was given back', () => {
  const fault = new Fault('accounts-unreadable', 'In /home/owner/accounts.json there is no "main".', {
    hint: { text: 'Add it:', command: 'accounts add main' },
  });
  const response = toResponse({ position: examplePosition, result: { kind: 'released', fault } });

  it('is a 503 with a time to try again, whatever the HTTP status of the fault is elsewhere', () => {
    expect(response).toMatchObject({
      status: 'accounts-unreadable',
      httpStatus: 503,
      retryAfter: 5,
      decision: 'refused',
    });
  });

  it.each([
    ['accounts-denied', 403],
    ['account-invalid', 422],
    ['account-not-found', 404],
    ['market-not-found', 404],
  ] as const)('is no 5xx for %s, which a sender would repeat in vain', (code, httpStatus) => {
    const lasting = new Fault(code, 'Enable the KMS key.');
    const denied = toResponse({ position: examplePosition, result: { kind: 'released', fault: lasting } });
    expect(denied).toMatchObject({ status: code, httpStatus, decision: 'refused' });
    expect(denied).not.toHaveProperty('retryAfter');
    expect(denied.publicMessage).toMatch(/^Nothing was sent\. /);
    expect(denied.detail).toBe('Nothing was sent. Enable the KMS key.');
  });

  it("has the owner's detail apart from what a link's holder reads", () => {
    expect(response.publicMessage).toBe('Nothing was sent. The account behind this link is not available.');
    expect(response.detail).toBe(
      'Nothing was sent. In /home/owner/accounts.json there is no "main". Add it: ripcord accounts add main',
    );
  });
});

describe('A response while a claim is held', () => {
  it.each([
    ['a close', claimed, 'The result of the close is not confirmed yet.'],
    ['a keep', keeping, 'The state of the entry order is not confirmed yet.'],
    ['an ended claim without an outcome', examplePosition, 'The result is not known yet.'],
  ])('reports %s', (_, position, publicMessage) => {
    expect(toResponse({ position, result: undefined })).toMatchObject({
      status: 'in-progress',
      httpStatus: 202,
      publicMessage,
      decision: 'in-progress',
    });
  });

  it('records for the owner why the result of its own hit is not confirmed', () => {
    const result = { kind: 'pending', reason: 'The close order is not done yet' } as const;
    expect(toResponse({ position: claimed, result })).toMatchObject({
      publicMessage: 'The result of the close is not confirmed yet.',
      detail: 'The result of the close is not confirmed yet. Reason: The close order is not done yet',
      decision: 'fired',
    });
  });

  it.each([
    ['close', claimed, 'This request has not sent the close order.'],
    ['keep', keeping, 'This request has not confirmed the state of the entry order.'],
  ])('reports a %s that Ripcord retries, and its reason to the owner only', (_, position, sentence) => {
    const result = { kind: 'retry', reason: 'account "main" is not readable' } as const;
    const response = toResponse({ position, result });
    expect(response).toMatchObject({ status: 'retrying', httpStatus: 503, decision: 'fired' });
    expect(response.publicMessage).toBe(
      `${sentence} Ripcord continues automatically. There is no need to fire the link again.`,
    );
    expect(response.detail).toContain('account "main" is not readable');
  });
});

describe('A response to a failure', () => {
  it('quotes the exchange if the exchange refused, and names the exit orders that are gone', () => {
    expect(toResponse({ position: examplePositionIn('failed'), result: undefined })).toMatchObject({
      status: 'refused',
      httpStatus: 422,
      source: 'exchange',
      headline: 'The exchange refused',
      publicMessage:
        'The exchange refused to close: Account has insufficient balance. Exit orders 4713 were canceled and no longer protect the position.',
    });
  });

  it('does not blame the exchange for a stop by Ripcord', () => {
    const failure: Failure = {
      ...exampleFailure,
      source: 'ripcord',
      message: 'The order is too large.',
      canceledExitOrderIds: [],
    };
    const position = examplePositionIn('failed', { failure });
    expect(toResponse({ position, result: undefined })).toMatchObject({
      status: 'refused',
      source: 'ripcord',
      headline: 'Nothing was closed',
      publicMessage: 'Nothing was closed: The order is too large.',
    });
  });
});

describe('A response to an error', () => {
  it('reveals nothing of an error that is not a fault', () => {
    expect(responseForFault(new Error('secret of /home/owner'))).toMatchObject({
      status: 'internal',
      httpStatus: 500,
      publicMessage: 'Unexpected error in Ripcord. Check the position before you fire the link again.',
    });
  });

  it('asks to try again only if nothing was sent', () => {
    expect(responseForFault(new Fault('table-unreachable', 'x'))).toMatchObject({ retryAfter: 5 });
    expect(responseForFault(new Fault('conflict', 'x'))).not.toHaveProperty('retryAfter');
  });
});

it('A bot that opens the link of a closed position does not read what was traded', () => {
  const position = examplePositionIn('closed', { outcome: exampleOutcome });
  const { detail, ...rest } = alreadyDone(position);
  expect(rest).toMatchObject({ status: 'closed', httpStatus: 200, repeated: true, decision: 'duplicate' });
  expect(JSON.stringify(rest)).not.toMatch(/BTC|0\.4995|4712|pos_/);
  expect(detail).toContain(exampleOutcome.detail);
});
