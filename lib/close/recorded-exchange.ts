import type {
  CancelResult,
  CreateListResult,
  CreateResult,
  Exchange,
  ExchangeOrder,
  ExitList,
  ExitOrder,
} from '../exchange/exchange.ts';
import type { RequestNote } from '../link/hit.ts';

interface NotedAnswer {
  orderId?: string | undefined;
  answer: string;
}

/** Sends a request, and notes it with its answer in short. */
type Note = <Answer>(
  request: string,
  orderId: string | undefined,
  send: () => Promise<Answer>,
  describe: (answer: Answer) => NotedAnswer,
) => Promise<Answer>;

/** @returns the same exchange, which notes each request that can matter in a dispute, and its answer in short. */
export function recordedExchange(exchange: Exchange, now: () => number, notes: RequestNote[]): Exchange {
  const note = createNote(now, notes);
  const noted: Partial<Exchange> = {
    fetchOrder: (market, ref) =>
      note(
        'look up',
        ref.orderId ?? ref.clientOrderId,
        () => exchange.fetchOrder(market, ref),
        describeOrder,
      ),
    cancelOrder: (market, ref, sendDeadline) =>
      note(
        'cancel',
        ref.orderId ?? ref.clientOrderId,
        () => exchange.cancelOrder(market, ref, sendDeadline),
        describeCancel,
      ),
    reduceOrder: (market, order, amount, sendDeadline) =>
      note(
        `reduce to ${amount}`,
        order.orderId,
        () => exchange.reduceOrder(market, order, amount, sendDeadline),
        ({ message }) => ({ answer: message }),
      ),
    ...notedCreates(exchange, note),
  };
  return new Proxy(exchange, {
    get(target, name) {
      if (Object.hasOwn(noted, name)) return Reflect.get(noted, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function notedCreates(
  exchange: Exchange,
  note: Note,
): Pick<Exchange, 'createMarketOrder' | 'createExitOrder' | 'createExitList'> {
  return {
    createMarketOrder: (market, order) =>
      note(
        `${order.side} ${order.amount} at MARKET`,
        order.clientOrderId,
        () => exchange.createMarketOrder(market, order),
        describeCreate,
      ),
    createExitOrder: (market, order) =>
      note(
        `${order.side} ${order.amount} ${describeExit(order)}`,
        order.clientOrderId,
        () => exchange.createExitOrder(market, order),
        describeCreate,
      ),
    createExitList: (market, list) =>
      note(
        `${list.side} ${list.amount} ${describeList(list)}`,
        list.listClientOrderId,
        () => exchange.createExitList(market, list),
        describeCreatedList,
      ),
  };
}

function createNote(now: () => number, notes: RequestNote[]): Note {
  return async (request, orderId, send, describe) => {
    const sentAt = now();
    const add = (noted: NotedAnswer) =>
      notes.push({
        at: new Date(sentAt).toISOString(),
        request,
        ms: now() - sentAt,
        orderId: noted.orderId ?? orderId,
        answer: noted.answer,
      });
    try {
      const answer = await send();
      add(describe(answer));
      return answer;
    } catch (thrown) {
      add({ answer: 'no answer' });
      throw thrown;
    }
  };
}

function describeOrder(order: ExchangeOrder | undefined): NotedAnswer {
  return { answer: order === undefined ? 'not found' : inShort(order) };
}

function describeCancel(result: CancelResult): NotedAnswer {
  return { answer: result.kind === 'confirmed' ? inShort(result.order) : result.message };
}

function describeCreate(result: CreateResult): NotedAnswer {
  return result.kind === 'accepted'
    ? { orderId: result.order.orderId, answer: `accepted, ${inShort(result.order)}` }
    : { answer: `${result.kind}: ${result.message}` };
}

function describeExit(order: ExitOrder): string {
  return order.kind === 'take-profit' ? `at ${order.price}` : describeStop(order);
}

function describeStop({ price, triggerPrice }: ExitList['stopLoss']): string {
  return `at ${price ?? 'MARKET'} if the price reaches ${triggerPrice}`;
}

function describeList({ takeProfit, stopLoss }: ExitList): string {
  return `at ${takeProfit.price}, or ${describeStop(stopLoss)}`;
}

function describeCreatedList(result: CreateListResult): NotedAnswer {
  if (result.kind !== 'accepted') return describeCreate(result);
  const { takeProfit, stopLoss } = result;
  return { answer: `accepted, ${inShort(takeProfit)}; ${inShort(stopLoss)}` };
}

function inShort(order: ExchangeOrder): string {
  return `${order.status}, filled ${order.filled} of ${order.amount}`;
}
