import type { Exchange as CcxtExchange } from 'ccxt';
import type { ExchangeId } from '../../account/account.ts';

export type CcxtClass = new (config: Record<string, unknown>) => CcxtExchange;

/**
 * Loads one exchange's class and none of the other hundred: importing `ccxt` itself costs half a second.
 * What is deployed has this file replaced by one that names each supported exchange's own bundle.
 */
export async function loadCcxt(id: ExchangeId): Promise<CcxtClass> {
  const file = new URL(`./src/${id}.js`, import.meta.resolve('ccxt'));
  const module: { default: CcxtClass } = await import(file.href);
  return module.default;
}
