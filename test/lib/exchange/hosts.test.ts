import { expect, test } from 'vitest';
import { exchangeIdSchema } from '../../../lib/account/account.ts';
import { findOrderUrl } from '../../../lib/exchange/ccxt/ccxt-connection.ts';
import { loadLeanCcxt } from '../../../lib/exchange/ccxt/lean-ccxt.ts';
import { exchangeHosts } from '../../../lib/exchange/venues/hosts.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';

const cases = exchangeIdSchema.options.flatMap((id) => [
  { id, sandbox: false },
  ...(venues[id].useSandbox === undefined ? [] : [{ id, sandbox: true }]),
]);

test.each(cases)(
  'Orders to $id (test network: $sandbox) go to a host that the proxies allow',
  async (each) => {
    const venue = venues[each.id];
    const { options, useSandbox } = venue;
    const Client = await loadLeanCcxt(each.id);
    const client = new Client({ options });
    if (each.sandbox) useSandbox?.(client);
    expect(exchangeHosts[each.id]).toContain(new URL(findOrderUrl(client, venue)).host);
  },
);
