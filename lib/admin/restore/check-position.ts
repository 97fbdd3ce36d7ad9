import { nextState } from '../../close/transitions.ts';
import { Deadline, runUntil } from '../../deadline.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { Fault, toFault } from '../../fault.ts';
import { computeOpenedAt, mayHaveEnded } from '../../position/ending.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { toPositionView } from '../../position/position-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { applyAssessment } from '../positions/apply-assessment.ts';
import { type Assessment, assess } from '../positions/assess.ts';
import { laterAttempts, readFacts } from '../positions/resolve-facts.ts';
import { requirePosition } from '../require.ts';

/** The admin function ends after 29 s. A position that takes longer is set aside, so that a restore can always finish. */
const lookMs = 20_000;

type Services = AdminServices['services'];
type Result = CommandResult<'restore.checkPosition'>;

/**
 * Compares a restored position with the exchange's record. It never leaves one open that may have changed after the backup:
 * the sweep and links would act on a past state. Throws `position-not-found`.
 */
export async function checkRestored(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, restoredTo, changed }: CommandInput<'restore.checkPosition'>,
): Promise<Result> {
  const stored = await requirePosition(services, positionId);
  if (isFinal(stored.state)) return toResult(stored, 'ended', `The position is ${stored.state}.`);
  try {
    const inTime = new Deadline(services.now() + lookMs, services.now);
    const { position, assessment, witness } = await runUntil(inTime, () =>
      look(services, stored, Date.parse(restoredTo)),
    );
    const { verdict, reason } = assessment;
    if (verdict === 'closed' || verdict === 'canceled')
      return toResult(await applyAssessment(services, position, assessment), 'ended', reason);
    const why = changed ?? witness ?? whyNotOpen(stored, assessment);
    return why === undefined ? toResult(stored, 'open', reason) : await setAside(services, position, why);
  } catch (thrown) {
    const { code, message } = toFault(thrown);
    if (code === 'table-unreachable' || code === 'newer-version') throw thrown;
    return setAside(services, stored, `It can't be checked at the exchange: ${message}`);
  }
}

function toResult(position: Position, verdict: Result['verdict'], reason: string): Result {
  return { position: toPositionView(position), verdict, reason };
}

interface Look {
  position: Position;
  assessment: Assessment;
  /** What the exchange has of the position that the backup does not know. */
  witness: string | undefined;
}

async function look(services: Services, stored: Position, restoredTo: number): Promise<Look> {
  const facts = await readFacts(services, stored, laterAttempts);
  const { position } = facts;
  const exchange = await services.exchanges.of(stored.account, stored.exchange);
  const witness =
    (position.exitOrders.length > stored.exitOrders.length ? 'a close order of Ripcord' : undefined) ??
    (await findOrder(exchange, position)) ??
    (await findTrade(exchange, position, restoredTo, services.now()));
  return {
    position,
    assessment: assess(facts),
    witness: witness === undefined ? undefined : `The exchange has ${witness} that the backup does not know.`,
  };
}

/** Live orders that Ripcord placed for the position after the backup. */
async function findOrder(exchange: Exchange, position: Position): Promise<string | undefined> {
  const { positionId, market, entryOrders, exitOrders } = position;
  const known = new Set([...entryOrders, ...exitOrders].map(({ orderId }) => orderId));
  const own = `rc${positionId.slice('pos_'.length)}`;
  const found = (await exchange.fetchOpenOrders()).find(
    ({ market: { symbol }, order }) =>
      symbol === market.symbol && order.clientOrderId?.startsWith(own) && !known.has(order.orderId),
  );
  return found === undefined ? undefined : `order ${found.order.orderId}`;
}

const weekMs = 7 * 86_400_000;
/** A clock's difference to the exchange's. */
const skewMs = 60_000;

/** Exchanges list a week of trades per request. */
async function findTrade(
  exchange: Exchange,
  position: Position,
  restoredTo: number,
  now: number,
): Promise<string | undefined> {
  const first = Math.max(restoredTo - skewMs, computeOpenedAt(position));
  for (let since = first; since < now; since += weekMs) {
    const range = { since, until: Math.min(since + weekMs, now) };
    if (mayHaveEnded(position, await exchange.fetchTrades(position.market, range)))
      return 'a trade on the exit side';
  }
  return undefined;
}

/** @returns why a position is not open as in the backup; undefined if it is. */
function whyNotOpen({ state }: Position, { verdict, reason }: Assessment): string | undefined {
  if (verdict !== 'open') return reason;
  return state === 'claimed' ? 'A close was in progress when the backup was taken.' : undefined;
}

/** Neither a link nor the sweep acts on it from then on. The attempt rises past every close order that may exist. */
async function setAside(services: Services, position: Position, why: string): Promise<Result> {
  const reason = `Restored from a backup. ${why}`;
  if (position.state === 'needs-attention') return toResult(position, 'set-aside', reason);
  const state = nextState(position.state, 'found-restored');
  if (state === undefined)
    throw new Fault('conflict', `A position that is ${position.state} can't be set aside.`);
  const { entryOrders, exitOrders } = position;
  const attempt = position.attempt + laterAttempts;
  const change = { state, attentionReason: reason, attempt, entryOrders, exitOrders };
  const saved = await services.store.savePosition(position, change);
  if (saved === undefined)
    throw new Fault('conflict', 'The position changed meanwhile. Nothing was written.', {
      hint: { text: 'Run the restore again.' },
    });
  return toResult(saved, 'set-aside', reason);
}
