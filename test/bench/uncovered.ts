import type { LedgerEntry } from '../../infra/simulator/core/ledger.ts';
import type { SimulatedExchange } from '../../infra/simulator/core/simulated-exchange.ts';

/** What the exchange has recorded of one account that holds one long position. */
export interface History {
  core: SimulatedExchange;
  apiKey: string;
  ledger: LedgerEntry[];
}

/** From a moment on, what the account holds, and what its open stops are for. */
interface Moment {
  at: number;
  held: number;
  stops: number;
}

/** Amounts here have at most 8 places, so that floats compare well enough with this margin: less than a step. */
const margin = 0.000_01;

/** @returns for how many milliseconds since then the stops were for less than what the account held. */
export function toUncoveredMs(history: History, since: number): number {
  const moments = toMoments(history);
  return moments.reduce((total, moment, index) => {
    const until = moments[index + 1]?.at ?? moment.at;
    return isUncovered(moment) ? total + Math.max(0, until - Math.max(moment.at, since)) : total;
  }, 0);
}

export function isCovered(history: History): boolean {
  const last = toMoments(history).at(-1);
  return last !== undefined && !isUncovered(last);
}

function isUncovered({ held, stops }: Moment): boolean {
  return held > margin && stops < held - margin;
}

function toMoments({ core, apiKey, ledger }: History): Moment[] {
  const account = core.accountOf(apiKey).id;
  const stops = new Map<number, number>();
  let held = 0;
  const moments: Moment[] = [];
  for (const entry of ledger) {
    if (!('account' in entry) || entry.account !== account) continue;
    held += toHeld(entry);
    noteStop(core, stops, entry);
    const sum = [...stops.values()].reduce((total, amount) => total + amount, 0);
    moments.push({ at: entry.at, held, stops: sum });
  }
  return moments;
}

/** A spot buy leaves less by its fee in coins. */
function toHeld(entry: LedgerEntry): number {
  if (entry.type !== 'fill') return 0;
  if (entry.side === 'sell') return -Number(entry.amount);
  return Number(entry.amount) - (entry.feeAsset === 'BTC' ? Number(entry.fee) : 0);
}

function noteStop(core: SimulatedExchange, stops: Map<number, number>, entry: LedgerEntry): void {
  switch (entry.type) {
    case 'order': {
      const order = core.state.order(entry.orderId);
      if (order.triggerPrice !== undefined && order.side === 'sell')
        stops.set(order.id, Number(entry.amount));
      break;
    }
    case 'algo-order':
      stops.set(entry.orderId, Number(core.state.algoOrders.get(entry.orderId)?.amount ?? 0));
      break;
    case 'amend':
      if (stops.has(entry.orderId)) stops.set(entry.orderId, Number(entry.amount));
      break;
    case 'cancel':
    case 'expire':
    case 'algo-cancel':
    case 'algo-expire':
      stops.delete(entry.orderId);
  }
}
