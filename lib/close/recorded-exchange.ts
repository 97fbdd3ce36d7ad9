import type { CancelResult, CreateResult, Exchange, ExchangeOrder } from '../exchange/exchange.ts';
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
  const noted: Pick<Exchange, 'fetchOrder' | 'cancelOrder' | 'reduceOrder' | 'createMarketOrder'> = {
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
    createMarketOrder: (market, order) =>
      note(
        `${order.side} ${order.amount} at MARKET`,
        order.clientOrderId,
        () => exchange.createMarketOrder(market, order),
        describeCreate,
      ),
  };
  return new Proxy(exchange, {
    get(target, name) {
      if (Object.hasOwn(noted, name)) return Reflect.get(noted, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
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

function inShort(order: ExchangeOrder): string {
  return `${order.status}, filled ${order.filled} of ${order.amount}`;
}
