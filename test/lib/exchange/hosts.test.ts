import { expect, test } from 'vitest';
import { exchangeIdSchema } from '../../../lib/account/account.ts';
import { loadLeanCcxt } from '../../../lib/exchange/ccxt/lean-ccxt.ts';
import { exchangeHosts } from '../../../lib/exchange/venues/hosts.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';

const cases = exchangeIdSchema.options.flatMap((id) => [true, false].map((sandbox) => ({ id, sandbox })));

test.each(cases)(
  'Orders to $id (test network: $sandbox) go to a host that the proxies allow',
  async (each) => {
    const { orderApi, options, useSandbox } = venues[each.id];
    const Client = await loadLeanCcxt(each.id);
    const client = new Client({ options });
    if (each.sandbox) useSandbox(client);
    const { [orderApi]: url = '' } = client.urls.api as Record<string, string>;
    expect(exchangeHosts[each.id]).toContain(new URL(client.implodeHostname(url)).host);
  },
);
