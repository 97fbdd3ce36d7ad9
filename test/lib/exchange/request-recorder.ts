import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Account, ExchangeId } from '../../../lib/account/account.ts';
import { ccxtExchanges } from '../../../lib/exchange/ccxt/ccxt-exchange.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { toAccount } from './test-markets.ts';

export interface Sent {
  method: string;
  path: string;
  query: Record<string, unknown>;
  body: unknown;
  headers: Record<string, unknown>;
}

/** The fields of JSON or of a form. */
function parseBody(body: string): unknown {
  if (body === '') return undefined;
  return /^[[{]/.test(body) ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
}

/**
 * Connects the port to a server that takes every request, and shows what was sent.
 * @param answer undefined for a path that the server does not have.
 */
export async function startRequestRecorder(
  id: ExchangeId,
  answer: (path: string, request: Sent) => unknown,
  more: Partial<Account> = {},
) {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const { method = '', headers } = request;
    const query = Object.fromEntries(searchParams);
    void text(request).then((body) => {
      const one = { method, path: pathname, query, body: parseBody(body), headers };
      sent.push(one);
      const answered = answer(pathname, one);
      response.writeHead(answered === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answered));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const exchange = await ccxtExchanges(accountsInMemory({ main: { ...toAccount(id, url), ...more } })).of(
    'main',
  );
  return { exchange, sent, last: () => sent.at(-1) };
}
