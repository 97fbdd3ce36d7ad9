import type { Exchange } from 'ccxt';

/** The exchanges Ripcord has an adapter for, by ccxt's ids. The bundler makes one chunk of each. */
export const supportedExchanges = ['binance', 'binanceusdm'] as const;

export type CcxtExchangeId = (typeof supportedExchanges)[number];
export type CcxtClass = new (config?: object) => Exchange;

/**
 * Loads one exchange's class and nothing of the hundred others: the package's only entry imports them all,
 * which is 6 MB and most of a second. In a bundle `infra/bundle.ts` puts a list of lazy chunks in this file's
 * place, under the same exports.
 */
export async function loadCcxt(id: CcxtExchangeId): Promise<CcxtClass> {
  const file = new URL(`./src/${id}.js`, import.meta.resolve('ccxt'));
  const module: { default: CcxtClass } = await import(file.href);
  return module.default;
}
