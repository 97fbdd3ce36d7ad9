import { type Amount, isPositive } from '../../amount.ts';
import { type CreateResult, type EntryOrder, type Exchange, entrySide } from '../../exchange/exchange.ts';
import { countConditionals } from '../../exits/count-conditionals.ts';
import { Fault } from '../../fault.ts';
import { formatClientOrderId } from '../../position/client-order-id.ts';
import { addFees } from '../../position/order-sync.ts';
import type { OrderRecord, Position } from '../../position/position.ts';
import { pollAttempts, pollIntervalMs, sendWindowMs } from '../../position/timing.ts';
import { toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import { markPosition } from '../../strategy/markers.ts';
import {
  fetchExchangePosition,
  newPosition,
  newPositionId,
  storeNewPosition,
} from '../../sync/new-position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { refuseGeneric } from '../generic-limits.ts';
import { requireAccount } from '../require.ts';
import { connectPlace } from './connect-place.ts';
import { computeEntrySize } from './entry-size.ts';
import { toLiveView } from './live-view.ts';
import { attachToEntry, checkOpeningExits, restExits, sizeByRisk, withExitPlan } from './opening-exits.ts';

type OpenInput = CommandInput<'positions.open'>;

/**
 * Places an entry order, and the exits of what it fills. The request id is reserved and the position is stored before
 * the order is sent, so a repeat finds the position and never sends a second order, even if the first answer was lost. A
 * forgotten position keeps its request id, because its order must not become another position's. Throws `invalid-input`, `conflict`,
 * `market-not-found`, `account-not-found`, `would-trigger`, `exchange-refused`, `exchange-unreachable`.
 */
export async function openPosition(
  adminServices: Pick<AdminServices, 'services' | 'accounts'>,
  input: OpenInput,
): Promise<CommandResult<'positions.open'>> {
  const position = await restExits(adminServices.services, await openOnce(adminServices, input));
  return { position: await toLiveView(adminServices, position) };
}

async function openOnce(
  adminServices: Pick<AdminServices, 'services' | 'accounts'>,
  input: OpenInput,
): Promise<Position> {
  const { services, accounts } = adminServices;
  await requireAccount(accounts, input.account);
  refuseGeneric((await accounts.read(input.account)).exchange, 'open');
  const key = toRequestKey(input);
  const earlier = await services.store.readReservation(key);
  if (earlier !== undefined && earlier !== refusedRequest) return readRepeated(services, earlier, input);
  const draft = await draftEntry(adminServices, input);
  const { positionId } = draft.position;
  const holder = await services.store.reserve(key, positionId, { replacing: refusedRequest });
  if (holder !== positionId) return readRepeated(services, holder, input);
  await storeNewPosition(services, draft.position, 'Use a new request id.');
  // Before the entry is sent: an adoption at the same time would take its fill for an amount without an owner.
  if (draft.position.market.kind !== 'spot') await markPosition(services, draft.position);
  return sendEntry(services, key, draft);
}

/** The holder of a request id whose entry order the exchange refused: the id may be used again. */
const refusedRequest = 'refused';

function toRequestKey({ account, requestId }: OpenInput): string {
  return `request#${account}#${requestId}`;
}

/** A position with its entry order, before either is stored or sent. */
interface Draft {
  exchange: Exchange;
  position: Position;
  entry: OrderRecord;
  order: EntryOrder;
}

async function draftEntry(
  adminServices: Pick<AdminServices, 'services' | 'accounts'>,
  input: OpenInput,
): Promise<Draft> {
  const { services } = adminServices;
  const place = await connectPlace(adminServices, input);
  const { exchange, market } = place;
  const attached = attachToEntry(input, place);
  // A stop of a perpetual that goes with its entry does not count.
  const isCounted = input.stopLoss !== undefined && (market.kind === 'spot' || attached === undefined);
  const [{ hedged }, price, conditionals] = await Promise.all([
    fetchExchangePosition(place, input),
    exchange.fetchPrice(market),
    isCounted ? countConditionals(exchange, market) : 0,
  ]);
  const { amount, cost } = computeEntrySize(await sizeByRisk(input, place, price), market, price);
  checkOpeningExits(input, place, price, amount, conditionals);
  const positionId = newPositionId(services);
  const clientOrderId = formatClientOrderId(positionId, 'entry', 1);
  const sent = {
    clientOrderId,
    type: input.type,
    price: input.price,
    sendDeadline: services.now() + sendWindowMs,
  };
  const entry: OrderRecord = { ...sent, status: 'unconfirmed', amount, filled: '0', attached };
  const order: EntryOrder = {
    ...sent,
    side: entrySide(input.side),
    positionSide: input.side,
    hedged,
    attached,
    ...(cost === undefined ? { amount } : { cost }),
  };
  const facts = { positionId, hedged, entryOrders: [entry], exitOrders: [], price };
  const position = newPosition(services, input, place, facts);
  return { exchange, position: withExitPlan(position, input, services.now()), entry, order };
}

async function sendEntry(
  { store }: Services,
  requestKey: string,
  { exchange, position, entry, order }: Draft,
): Promise<Position> {
  const result = await exchange.createEntryOrder(position.market, order);
  if (result.kind === 'rejected' && result.reason !== 'duplicate-id') {
    await store.deletePosition(position.positionId);
    // Nothing was executed, so the same request may be made again.
    await store.reserve(requestKey, refusedRequest, { replacing: position.positionId });
    throw toRefusal(result);
  }
  const placed =
    result.kind === 'accepted'
      ? keepEstimate(toOrderRecord(result.order, entry), entry.amount)
      : await findEntry(exchange, position, entry);
  // The order is placed: without its fee, the sweep or the trigger reads the fee later.
  const entryOrders = await addFees(exchange, position, [placed]).catch(() => [placed]);
  return (await store.savePosition(position, { entryOrders })) ?? { ...position, entryOrders };
}

function toRefusal({ reason, code, message }: Extract<CreateResult, { kind: 'rejected' }>): Fault {
  const wasSent = reason !== 'too-late' && reason !== 'no-connection' && code !== 'rate-limit';
  return wasSent
    ? new Fault('exchange-refused', `The exchange refused the entry order: ${message}. Nothing was opened.`)
    : new Fault('exchange-unreachable', `The entry order was not sent: ${message}. Nothing was opened.`, {
        hint: { text: 'Try again in a moment, with the same request id.' },
      });
}

/** The acknowledgment of an order sized by cost has no amount, so the estimate is kept until a sync reads it. */
function keepEstimate(entry: OrderRecord, estimate: Amount): OrderRecord {
  return entry.status === 'live' && !isPositive(entry.amount) ? { ...entry, amount: estimate } : entry;
}

/** The answer was lost. An entry order that is not found stays `unconfirmed`, for the sweep to look up again. */
async function findEntry(exchange: Exchange, position: Position, entry: OrderRecord): Promise<OrderRecord> {
  try {
    const found = await exchange.fetchOrder(position.market, {
      clientOrderId: entry.clientOrderId,
      sentAfter: entry.sendDeadline === undefined ? undefined : entry.sendDeadline - sendWindowMs,
    });
    return found === undefined ? entry : toOrderRecord(found, entry);
  } catch {
    return entry;
  }
}

/** @returns the position of an earlier request with this id. No order is sent for a repeat. Throws `conflict`. */
async function readRepeated(services: Services, positionId: string, input: OpenInput): Promise<Position> {
  const { requestId } = input;
  const known = await waitForPosition(services, positionId);
  if (known === undefined)
    throw new Fault(
      'conflict',
      `Request id ${requestId} is used, but its position does not exist: it was forgotten, or was never stored.`,
      { hint: { text: 'Check the positions, then use a new request id:', command: 'positions list' } },
    );
  const [entry] = known.entryOrders;
  if (known.symbol === input.symbol && known.side === input.side && entry?.type.includes(input.type))
    return known;
  throw new Fault(
    'conflict',
    `Request id ${requestId} already opened ${known.positionId}, a ${known.side} in ${known.symbol}. Nothing was sent.`,
    { hint: { text: 'Use a new request id.' } },
  );
}

/** The request that reserved the id stores its position right afterwards. */
async function waitForPosition(services: Services, positionId: string): Promise<Position | undefined> {
  let known = await services.store.readPosition(positionId);
  for (let polls = 0; polls < pollAttempts && known === undefined; polls += 1) {
    await services.sleep(pollIntervalMs);
    known = await services.store.readPosition(positionId);
  }
  return known;
}
