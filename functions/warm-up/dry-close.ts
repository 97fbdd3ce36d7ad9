import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Account, Accounts, ExchangeId } from '../../lib/account/account.ts';
import { ccxtExchanges } from '../../lib/exchange/ccxt/ccxt-exchange.ts';
import type { MarketKind } from '../../lib/exchange/exchange.ts';
import { createAgents } from '../../lib/http-agents.ts';
import { type Link, linkOptionsSchema, toLinkId } from '../../lib/link/link.ts';
import { hashToken, mintToken } from '../../lib/link/token.ts';
import { createLog, type Log } from '../../lib/log.ts';
import type { Position } from '../../lib/position/position.ts';
import { createDynamoStore } from '../../lib/store/dynamo-store.ts';
import type { Handler } from '../create-handler.ts';
import { assembleServices, type BuiltServices } from '../services.ts';
import { dryAmount, dryMarket, dryPrice, findDryExchange, respondAsExchange } from './dry-exchange.ts';
import { dryTable, respondAsTable } from './dry-table.ts';
import { dialMemory } from './in-memory-connection.ts';

type TriggerHandler = Handler<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/** Makes the trigger's handler from its services. */
export type CreateHandler = (build: () => BuiltServices, log: Log) => TriggerHandler;

/** A dry close ended in another way than a close. */
class DryCloseFailed extends Error {
  override name = 'DryCloseFailed';
}

/** No host has this name. https://www.rfc-editor.org/rfc/rfc2606 */
const nowhere = 'http://warm-up.invalid';
const createdAt = '2026-10-09T08:53:20.000Z';

/**
 * @returns a function that runs a whole hit on an exchange: the same handler, table client and exchange client as for a
 * real one, with a key and a link of its own, over connections that end in this process. Undefined for an unknown exchange.
 */
export function createDryClose(
  exchangeId: string,
  createHandler: CreateHandler,
): (() => Promise<void>) | undefined {
  const known = findDryExchange(exchangeId);
  if (known === undefined) return undefined;
  const { id, dry } = known;
  const token = mintToken();
  const position = createPosition(id, dry.kind);
  const link = createLink(token, position);
  const dial = dialMemory((request) =>
    /^x-amz-target:/im.test(request.headers)
      ? respondAsTable({ link, position }, request)
      : respondAsExchange(dry, request),
  );
  const log = createLog({ namespace: dryTable, write: () => undefined });
  const handler = createHandler(() => {
    const accounts = createAccounts(id);
    return assembleServices(
      {
        accounts,
        table: createDynamoStore({ tableName: dryTable, endpoint: nowhere, dial }),
        exchanges: ccxtExchanges(accounts, Date.now, {}, undefined, createAgents({}, dial)),
      },
      log,
    );
  }, log);
  const context = { awsRequestId: dryTable } as Context;
  return async () => {
    const { body = '' } = await handler(createEvent(token), context);
    if (JSON.parse(body).outcome !== 'closed') throw new DryCloseFailed();
  };
}

function createAccounts(exchange: ExchangeId): Accounts {
  // Kraken's secrets are base64, and Coinbase's the 64 bytes of an Ed25519 key.
  const secret = Buffer.alloc(64, 1).toString('base64');
  const keys = { apiKey: dryTable, secret, password: dryTable };
  const account: Account = { exchange, ...keys, baseUrl: nowhere };
  const refuse = async () => {
    throw new DryCloseFailed();
  };
  return {
    ...{ read: async () => account, readRaw: refuse },
    ...{ list: async () => [], write: refuse, remove: refuse },
  };
}

function createPosition(exchange: ExchangeId, kind: MarketKind): Position {
  const { base, quote } = dryMarket;
  const symbol = kind === 'spot' ? `${base}/${quote}` : `${base}/${quote}:${quote}`;
  const filled = { amount: dryAmount, filled: dryAmount, average: dryPrice, baseFee: '0' };
  return {
    positionId: 'pos_000000000000',
    account: dryTable,
    exchange,
    symbol,
    side: 'long',
    createdAt,
    hedged: false,
    market: {
      ...{ symbol, ...dryMarket, kind },
      ...{ amountStep: '0.001', amountMin: '0.001', priceStep: '0.1' },
      ...(kind === 'perpetual' && { settle: quote, contractSize: '1' }),
    },
    entryOrders: [{ orderId: '4711', type: 'limit', status: 'done', ...filled }],
    exitOrders: [],
    state: 'open',
    epoch: 0,
    attempt: 0,
    revision: 0,
    uses: {},
  };
}

function createLink(token: string, { positionId, account, exchange }: Position): Link {
  const tokenHash = hashToken(token);
  const linkId = toLinkId(tokenHash);
  const options = linkOptionsSchema.parse({});
  return { ...options, linkId, tokenHash, positionId, account, exchange, action: 'close', createdAt };
}

/** What the gateway sends for an alert. */
function createEvent(token: string): APIGatewayProxyEventV2 {
  const event = {
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' }, timeEpoch: Date.now() },
    pathParameters: { token },
    headers: { accept: '*/*', 'user-agent': dryTable },
    body: '',
    isBase64Encoded: false,
    rawQueryString: '',
  };
  return event as unknown as APIGatewayProxyEventV2;
}
