import type { Amount } from '../amount.ts';
import { type EntryOrder, entrySide } from '../exchange/exchange.ts';
import { formatClientOrderId } from '../position/client-order-id.ts';
import { addFees } from '../position/order-sync.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import { toSentence } from '../position/wording.ts';
import { attachExits } from './attach-exits.ts';
import { endExit, readSent } from './exit-orders.ts';
import { type ExitStep, passingReasons } from './plan-exits.ts';
import { appendExitNotice, type Next, type ProtectRun, record } from './protect-run.ts';

/**
 * Ends an entry of Binance spot that has filled in part. An OPO holds what the entry has received for exits that wait for
 * the whole fill, and the cancel of one of its orders ends the list.
 * https://github.com/binance/binance-spot-api-docs/blob/master/faqs/opo.md
 */
export async function endEntry(run: ProtectRun, position: Position, entry: OrderRecord): Promise<Next> {
  const { exchange, services } = run;
  const isMeant = ({ clientOrderId }: OrderRecord) => clientOrderId === entry.clientOrderId;
  // Written before the cancel leaves, so that the rest is not lost with this process.
  const written = await services.store.savePosition(position, {
    entryOrders: position.entryOrders.map((order) =>
      isMeant(order) ? { ...order, resumesIn: position.epoch } : order,
    ),
  });
  const marked = written?.entryOrders.find(isMeant);
  if (written === undefined || marked === undefined) return 'conflict';
  const ended = await endExit(run, written, marked);
  if (ended.status !== 'done') run.skip.add('entry');
  // Until the fee is known, what the account has of the position is not.
  const [read = ended] = await addFees(exchange, written, [ended]).catch(() => [ended]);
  return record(run, written, ({ entryOrders }) => ({
    entryOrders: entryOrders.map((order) => (isMeant(order) && order.status !== 'done' ? read : order)),
  }));
}

/** The cancel of an earlier run had no effect. */
export async function keepEntry(
  { services }: ProtectRun,
  position: Position,
  entry: OrderRecord,
): Promise<Next> {
  const entryOrders = position.entryOrders.map((order) =>
    order === entry ? { ...order, resumesIn: undefined } : order,
  );
  return (await services.store.savePosition(position, { entryOrders })) ?? 'conflict';
}

/** Sends the rest of an entry that Ripcord ended as another order at the same price, with the exits of the plan. */
export async function resumeEntry(
  run: ProtectRun,
  position: Position,
  { entry, amount }: Extract<ExitStep, { kind: 'resume-entry' }>,
): Promise<Next> {
  const { exchange, services } = run;
  const { market } = position;
  const { order, record: rest } = draftRest(run, position, entry, amount);
  const isEntry = ({ clientOrderId }: OrderRecord) => clientOrderId === entry.clientOrderId;
  const written = await services.store.savePosition(position, {
    entryOrders: [
      ...position.entryOrders.map((each) =>
        isEntry(each) ? { ...each, amount: each.filled, resumesIn: undefined, attached: undefined } : each,
      ),
      rest,
    ],
  });
  if (written === undefined) return 'conflict';
  const result = await exchange.createEntryOrder(market, order);
  const { records, rejection } = await readSent(run, market, result, [rest]);
  const isPassing = rejection !== undefined && passingReasons.has(rejection.reason);
  if (isPassing) run.skip.add('entry');
  const sentences =
    rejection === undefined || isPassing
      ? []
      : [
          `The rest of the entry, ${amount} ${market.base} at ${entry.price}, was refused: ${toSentence(rejection.message)} Ripcord does not place it again.`,
        ];
  return record(run, written, (known) => ({
    entryOrders: known.entryOrders.flatMap((each) => {
      if (isEntry(each)) return isPassing ? entry : each;
      return each.clientOrderId === rest.clientOrderId && each.status === 'unconfirmed' ? records : each;
    }),
    notices: appendExitNotice(known, sentences, run.now()),
  }));
}

function draftRest(
  { exchange, until }: ProtectRun,
  { positionId, side, hedged, market, exitPlan, entryOrders, epoch }: Position,
  { price }: OrderRecord,
  amount: Amount,
): { order: EntryOrder; record: OrderRecord } {
  const { takeProfits, stopLoss } = exitPlan ?? { takeProfits: [] };
  const exits = {
    takeProfits: takeProfits.filter(({ removed }) => removed !== true),
    stopLoss: stopLoss?.removed === true ? undefined : stopLoss,
  };
  const sent = {
    clientOrderId: formatClientOrderId(positionId, 'entry', entryOrders.length + 1),
    type: 'limit' as const,
    price,
    amount,
    sendDeadline: until,
    attached: attachExits(exits, exchange.exits[market.kind], market),
  };
  return {
    order: { ...sent, side: entrySide(side), positionSide: side, hedged },
    record: { ...sent, status: 'unconfirmed', filled: '0', resumesIn: epoch },
  };
}
