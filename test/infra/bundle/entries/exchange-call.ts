import { z } from 'zod';
import { exchangeIdSchema } from '../../../../lib/account/account.ts';
import { ccxtFetch } from '../../../../lib/exchange/ccxt/ccxt-fetch.ts';
import { loadLeanCcxt } from '../../../../lib/exchange/ccxt/lean-ccxt.ts';
import { createDynamoTable } from '../../../../lib/store/dynamo-client.ts';

const table = createDynamoTable({ tableName: 'ripcord' });
const eventSchema = z.object({ exchange: exchangeIdSchema, method: z.string(), baseUrl: z.url() });

function replaceUrls(urls: unknown, baseUrl: string): unknown {
  if (typeof urls === 'string') return baseUrl;
  return Object.fromEntries(
    Object.entries(urls as object).map(([name, url]) => [name, replaceUrls(url, baseUrl)]),
  );
}

/**
 * Replaces the functions in a test of the bundle. It imports what they import, and makes a signed call to the exchange
 * through all layers that bundling could break.
 */
export async function handler(event: unknown) {
  const { exchange: id, method, baseUrl } = eventSchema.parse(event);
  const Exchange = await loadLeanCcxt(id);
  const exchange = new Exchange({ apiKey: 'key', secret: btoa('secret'), password: 'passphrase' });
  exchange.fetchImplementation = ccxtFetch;
  const methods = exchange as unknown as Record<string, () => Promise<unknown>>;
  exchange.urls.api = { ...(replaceUrls(exchange.urls.api, baseUrl) as object), rest: baseUrl };
  const answer = await methods[method]?.();
  return { id: exchange.id, answer, table: typeof table.get };
}
