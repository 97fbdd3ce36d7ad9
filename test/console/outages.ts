import { createDynamoStore } from '../../lib/store/dynamo-store.ts';

/** The running parts that an outage stops. */
export interface Running {
  /** Of the local stack. */
  url: string;
  tableEndpoint: string;
  /** Of the simulated exchange. */
  exchangeUrl: string;
  stopServer(): Promise<void>;
}

/** How an outage is made, and what a trader reads. The tests and the pictures of the guide use the same. */
export interface Outage {
  /** Of its picture. */
  name: string;
  /** What the trader notices, for the title of a test. */
  when: string;
  /** The banner begins with it. */
  title: RegExp;
  /** What the banner says about what works and what does not. */
  says: string[];
  /** How current the header says that the page is. */
  header: RegExp;
  begin(running: Running): Promise<void>;
  /** Absent: the server has to start again. */
  end?(running: Running): Promise<void>;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

function addFault({ exchangeUrl }: Running, fault: object): Promise<void> {
  return post(`${exchangeUrl}/sim/addFault`, { ...fault, times: 100_000 });
}

function clearFaults({ exchangeUrl }: Running): Promise<void> {
  return post(`${exchangeUrl}/sim/clearFaults`, {});
}

/** Binance answers like this to a key that was deleted: developers.binance.com/docs/binance-spot-api-docs/errors */
const refusedKey = {
  kind: 'status',
  status: 401,
  code: -2015,
  msg: 'Invalid API-key, IP, or permissions for action.',
};
/** What needs a signature. Prices and candles need none. */
const signedPaths = [
  '/sapi/*',
  '/api/v3/order*',
  '/api/v3/openOrders',
  '/api/v3/account*',
  '/api/v3/myTrades',
  '/fapi/v1/order',
  '/fapi/v1/openOrders',
  '/fapi/v1/userTrades',
  '/fapi/v1/algoOrder',
  '/fapi/v1/openAlgoOrders',
  '/fapi/v2/*',
  '/fapi/v3/*',
];

async function invokeAdmin({ url }: Running, command: string): Promise<void> {
  await post(`${url}/2015-03-31/functions/ripcord-admin/invocations`, { command });
}

/** Stores that the last sweep finished so long ago. */
function recordSweep({ tableEndpoint }: Running, agoMs: number): Promise<void> {
  const store = createDynamoStore({ tableName: 'ripcord', endpoint: tableEndpoint });
  return store.recordSweep(new Date(Date.now() - agoMs).toISOString());
}

export const outages: Outage[] = [
  {
    name: 'paused',
    when: 'all links are paused',
    title: /^All links are paused\./,
    says: [
      'Hits are refused and recorded. No link closes or cancels anything.',
      'Exit orders that rest at the exchange still work, and you can still close positions here.',
    ],
    header: /^Live$/,
    begin: (running) => invokeAdmin(running, 'links.pause'),
    end: (running) => invokeAdmin(running, 'links.resume'),
  },
  {
    name: 'sweep-late',
    when: 'the sweep has stopped',
    title: /^The sweep is late\. The last sweep finished at \d/,
    says: [
      'Links still close positions.',
      'Until the sweep runs, an interrupted close waits for the next hit.',
      'Fills at the exchange are noticed late. Exits are not placed or moved, and no notices are sent.',
      'The output of the local stack has the reason.',
    ],
    header: /^Live$/,
    begin: (running) => recordSweep(running, 5 * 60_000),
    end: (running) => recordSweep(running, 0),
  },
  {
    name: 'key-refused',
    when: 'the exchange refuses the API key',
    title:
      /^Binance refuses the API key of account [\w-]+\. .*Invalid API-key, IP, or permissions for action\./,
    says: [
      "Links of this account can't close or cancel anything until the key works.",
      'Exit orders that rest at the exchange still work, and prices are still read.',
      'Store a key that works: ripcord accounts add',
    ],
    header: /^(Live|Delayed \d+ s)$/,
    begin: async (running) => {
      for (const path of signedPaths) await addFault(running, { ...refusedKey, match: { path } });
    },
    end: clearFaults,
  },
  {
    name: 'exchange-unreachable',
    when: 'the exchange is unreachable',
    title: /^Binance can't be read for account [\w-]+ since \d/,
    says: [
      'Prices are from ',
      "Links still accept hits, and Ripcord retries a close that the exchange doesn't confirm.",
      "Exit orders that rest at the exchange don't depend on Ripcord.",
      'Retrying.',
    ],
    header: /^Delayed \d+ s$/,
    begin: (running) => addFault(running, { kind: 'drop-before', match: {} }),
    end: clearFaults,
  },
  {
    name: 'server-ended',
    when: 'the server has ended',
    title: /^The console's server isn't responding\./,
    says: [
      "Links don't work until it runs again: start it with npx ripcord start.",
      'Exit orders that rest at the exchange still work.',
      'This page reconnects by itself.',
    ],
    header: /^Offline \d+ s$/,
    begin: ({ stopServer }) => stopServer(),
  },
];
