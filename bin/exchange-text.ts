import { atMostOnce, isGeneric } from '../lib/account/account.ts';
import { asPlainText } from './terminal.ts';

/** @returns the exchange, and that it is not proven if it is of the generic mode. */
export function nameExchange(exchange: string): string {
  return isGeneric(exchange) ? `${exchange} (${atMostOnce})` : asPlainText(exchange);
}
