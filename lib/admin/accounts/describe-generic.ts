import type { Account } from '../../account/account.ts';
import { atMostOnce } from '../../account/account.ts';
import type { Exchange, RecordedSale } from '../../exchange/exchange.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { Fault, toFault } from '../../fault.ts';

/**
 * Records what a sale would send, with nothing leaving.
 * @returns undefined for a proven exchange. Throws `exchange-refused` if a sale is no single, plain request.
 */
export function recordSale({ unproven }: Exchange): Promise<RecordedSale> | undefined {
  return unproven?.recordSale().catch((thrown: unknown) => {
    const { code, detail } = toFault(thrown);
    if (code !== 'exchange-refused') throw thrown;
    const text = 'The generic mode needs an exchange at which a sale is one plain request.';
    throw new Fault(code, detail, { hint: { text } });
  });
}

/** @returns what the owner of an account at an exchange of the generic mode has to know. */
export function toGenericWarnings({ exchange }: Account, sale: RecordedSale | undefined): string[] {
  if (sale === undefined) return [];
  const { symbol, method, url, fields, namesOrder } = sale;
  const id = namesOrder
    ? 'The client order id is in it, and the exchange may ignore it.'
    : 'The client order id is not in it.';
  return [
    `${exchangeName(exchange)} is ${atMostOnce}. A close is sent once. If its result is not known, Ripcord sends no other close in that market until you state what it sold.`,
    `Nothing was sent to find out: a MARKET sale in ${symbol} would be one ${method} request to ${url} with the fields ${fields.join(', ')}. ${id}`,
  ];
}
