import { type Amount, decimal, isPositive, sum, toAmount } from '../../amount.ts';
import { judgeTraces, quietMs, toUnknownSale } from '../../close/judge-traces.ts';
import { createOutcome } from '../../close/outcomes.ts';
import { nextState } from '../../close/transitions.ts';
import { Fault, toFault } from '../../fault.ts';
import { appendNotice } from '../../notify/notice-text.ts';
import { toCloseId } from '../../position/client-order-id.ts';
import type { Position } from '../../position/position.ts';
import { toPositionView } from '../../position/position-view.ts';
import { computeTotals } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import type { Assessment } from './assess.ts';

type Input = Pick<CommandInput<'positions.resolve'>, 'apply' | 'sold'>;

/** So long after an order could last be sent, a sweep may still read around it. */
const readingMs = quietMs + 60_000;

/**
 * Resolves a position at an exchange that is not proven: no record there says what became of its close order, so its owner
 * states it. Throws `conflict` and `invalid-input`.
 */
export async function resolveByWord(
  services: Services,
  position: Position,
  { apply = false, sold }: Input,
): Promise<CommandResult<'positions.resolve'>> {
  requireUnknown(position, services.now());
  const assessment =
    sold === undefined ? await describeTraces(services, position) : toAssessment(position, sold);
  const saved = apply && sold !== undefined ? await save(services, position, sold, assessment) : position;
  if (apply && sold === undefined) throw needsWord(position, assessment.reason);
  return { position: toPositionView(saved), ...assessment, applied: apply };
}

function requireUnknown({ state, positionId, claim }: Position, now: number): void {
  if (state === 'needs-attention') return;
  // An old claim can have a new attempt: a word given while its order is under way is not about that order.
  if (state === 'claimed' && claim !== undefined && now - claim.sendDeadline > readingMs) return;
  throw state === 'claimed'
    ? new Fault('conflict', `An action on ${positionId} is in progress. Nothing was changed.`, {
        hint: { text: 'Ripcord reads what became of it for 2 minutes. Try again in 3 minutes.' },
      })
    : new Fault('conflict', `${positionId} is ${state}. There is nothing to resolve.`);
}

function needsWord({ positionId }: Position, reason: string): Fault {
  return new Fault('conflict', `${reason} Nothing was changed.`, {
    hint: {
      text: 'State what the order sold, 0 for nothing:',
      command: `positions resolve ${positionId} --sold AMOUNT --apply`,
    },
  });
}

/** What the exchange shows now. It proves nothing, so no result follows. */
async function describeTraces(services: Services, position: Position): Promise<Assessment> {
  const clientOrderId = toCloseId(position);
  const sent = position.unknownClose ?? position.claim?.sentOrder;
  const sentAt = sent?.sentAt ?? position.claim?.claimedAt ?? services.now();
  const { remaining } = computeTotals(position);
  const sentences = await readTraces(services, position, { clientOrderId, sentAt }, sent ?? {});
  const reason = [
    `Only you can state what close order ${clientOrderId} sold of ${remaining} ${position.market.base}.`,
    ...sentences,
    'Look at the exchange, then state it.',
  ].join(' ');
  return { verdict: 'unknown', reason };
}

async function readTraces(
  services: Services,
  position: Position,
  sale: { clientOrderId: string; sentAt: number },
  sent: { amount?: Amount | undefined; balanceBefore?: Amount | undefined },
): Promise<string[]> {
  try {
    const exchange = await services.exchanges.of(position.account, position.exchange);
    const traces = await exchange.unproven?.fetchTraces(position.market, sale);
    if (traces === undefined) return [];
    return judgeTraces(toUnknownSale(sale.clientOrderId, position, sent), traces).sentences;
  } catch (thrown) {
    return [toFault(thrown).message];
  }
}

/** What the close order executed as far as the exchange showed it: the position counts that already. */
function counted({ unknownClose }: Position): Amount {
  return unknownClose?.counted ?? '0';
}

function toAssessment(position: Position, sold: Amount): Assessment {
  const { base } = position.market;
  const shown = counted(position);
  const most = sum([computeTotals(position).remaining, shown]);
  if (decimal(sold).gt(most))
    throw new Fault('invalid-input', `The position had ${most} ${base} left, less than ${sold}.`, {
      hint: { text: `Give at most ${most}.` },
    });
  if (decimal(sold).lt(shown))
    throw new Fault('invalid-input', `The exchange showed that the order sold ${shown} ${base}.`, {
      hint: { text: `Give at least ${shown}.` },
    });
  const rest = toAmount(decimal(most).minus(sold));
  const word = `By its owner's word, the close order sold ${sold} ${base}.`;
  return isPositive(rest)
    ? { verdict: 'open', reason: `${word} ${rest} ${base} is still open.` }
    : { verdict: 'closed', reason: `${word} Nothing is left.` };
}

/** One write: with it, the market is free for the next close. */
async function save(
  { store, now }: Services,
  position: Position,
  sold: Amount,
  { verdict, reason }: Assessment,
): Promise<Position> {
  const isClosed = verdict === 'closed';
  const state = nextState(position.state, isClosed ? 'resolve-closed' : 'resolve-open');
  if (state === undefined)
    throw new Fault('conflict', `A position that is ${position.state} can't become ${verdict}.`);
  const saved = await store.savePosition(position, {
    state,
    claim: null,
    attentionReason: null,
    unknownClose: null,
    ...(isClosed ? toEnd(position, sold, reason, now()) : { goneAmount: toGone(position, sold) }),
  });
  if (saved !== undefined) return saved;
  throw new Fault('conflict', 'The position changed meanwhile. Nothing was written.', {
    hint: { text: 'Resolve it again.' },
  });
}

/** The close order on record counts already. */
function toGone(position: Position, sold: Amount): Amount {
  return sum([position.goneAmount ?? '0', toAmount(decimal(sold).minus(counted(position)))]);
}

function toEnd(position: Position, sold: Amount, reason: string, now: number) {
  const source = { actor: 'operator', action: 'close', claimedAt: now } as const;
  const facts = {
    outcome: 'closed',
    // Ripcord does not know that its order did it.
    closedBy: 'external',
    detail: reason,
    closedAmount: sold,
    remaining: '0',
  } as const;
  const outcome = createOutcome(position, source, facts, now);
  return { outcome, notices: appendNotice(position, { kind: 'settled', outcome, reopens: false }, now) };
}
