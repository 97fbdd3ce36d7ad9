import type { Exchange as CcxtClient } from 'ccxt';
import type { ExchangeId } from '../../account/account.ts';

export type CcxtClass = new (config: Record<string, unknown>) => CcxtClient;

/**
 * Loads the class of one exchange. Importing `ccxt` itself loads more than a hundred and takes half a second.
 * The bundler replaces this file with one that imports each supported exchange's own chunk.
 */
export async function loadCcxt(id: ExchangeId): Promise<CcxtClass> {
  const file = new URL(`./src/${id}.js`, import.meta.resolve('ccxt'));
  const module: { default: CcxtClass } = await import(file.href);
  return module.default;
}
