import { once } from 'node:events';
import {
  request as ask,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, json } from 'node:stream/consumers';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createProjectHandlers } from '../../../infra/local/create-project-handlers.ts';
import { ensureTable } from '../../../infra/local/table.ts';
import { mintToken } from '../../../lib/link/token.ts';
import { fire, startEnvironment } from '../../end-to-end/environment.ts';
import { adopt, newTrader, perpetualLong, placeEntry, placeExits } from '../../end-to-end/trader.ts';
import { hasJava, startDynamoDbLocal } from '../../lib/store/dynamodb-local.ts';

/** The table requests of a hit. docs/operations/cost.md uses these numbers. */

interface TableRequest {
  action: string;
  /** Capacity units: one per 4 KB read strongly consistent, one per 1 KB written. */
  units: number;
}

const capacitySchema = z.object({ CapacityUnits: z.number() });
const answerSchema = z.looseObject({
  ConsumedCapacity: z.union([capacitySchema.transform((one) => [one]), z.array(capacitySchema)]).optional(),
});

/** A proxy in front of the table that asks for and records the consumed capacity of each request. */
async function startMeter() {
  const requests: TableRequest[] = [];
  let target = '';
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.stringify({ ...((await json(request)) as object), ReturnConsumedCapacity: 'INDEXES' });
    const action = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const { host, ...headers } = request.headers;
    const forwarded = ask(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    }).end(body);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    const payload = await buffer(answer);
    const { ConsumedCapacity: consumed = [] } = answerSchema.parse(JSON.parse(payload.toString()));
    requests.push({ action, units: consumed.reduce((sum, { CapacityUnits: units }) => sum + units, 0) });
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(payload);
  };
  const server: Server = createServer((request, response) => void pass(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  afterAll(() => server.close());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: () => target,
    measure(endpoint: string) {
      target = endpoint;
    },
    /** @returns the table requests during `run`, in the order of their responses. */
    async during(run: () => Promise<unknown>): Promise<TableRequest[]> {
      requests.length = 0;
      await run();
      return [...requests];
    },
  };
}

const meter = await startMeter();
const environment = await startEnvironment({
  handlers: (environment, log) => {
    meter.measure(environment.RIPCORD_TABLE_ENDPOINT ?? '');
    return createProjectHandlers({ ...environment, RIPCORD_TABLE_ENDPOINT: meter.endpoint }, log);
  },
});

/** @returns the capacity units of the reads and of the writes. */
function sumUnits(requests: TableRequest[]) {
  const sum = (found: TableRequest[]) => found.reduce((total, { units }) => total + units, 0);
  const isRead = ({ action }: TableRequest) => /Get|Query/.test(action);
  return { read: sum(requests.filter(isRead)), written: sum(requests.filter((each) => !isRead(each))) };
}

/** A filled perpetual with one exit order, and a link that closes it. */
async function newLink() {
  const trader = await newTrader(environment, perpetualLong);
  const entryOrders = [placeEntry(trader, { filled: 'all' })];
  const { takeProfit, stop } = placeExits(trader, '1');
  const { positionId } = await adopt(trader, { entryOrders, exitOrders: [takeProfit, stop] });
  return environment.newLink(positionId, 'close');
}

function toActions(requests: TableRequest[]) {
  return requests.map(({ action }) => action);
}

describe('the table requests', () => {
  it('of a hit that executes are: link and kill switch, claim, outcome, hit record', async () => {
    const url = await newLink();
    const requests = await meter.during(async () =>
      expect((await fire(url)).json).toMatchObject({ outcome: 'closed' }),
    );
    expect(toActions(requests)).toEqual(['BatchGetItem', 'UpdateItem', 'UpdateItem', 'PutItem']);
    expect(sumUnits(requests)).toEqual({ read: 2, written: 5 });
  });

  /** @returns the requests of a second hit on a link. */
  const repeat = async (): Promise<TableRequest[]> => {
    const url = await newLink();
    await fire(url);
    return meter.during(async () =>
      expect((await fire(url)).json).toMatchObject({ outcome: 'closed', repeated: true }),
    );
  };
  it.runIf(hasJava())(
    'of a duplicate hit are: link and kill switch, rejected claim that returns the outcome, hit record',
    async () => {
      const before = meter.target();
      const dynamoDb = await startDynamoDbLocal();
      onTestFinished(async () => {
        meter.measure(before);
        await dynamoDb.stop();
      });
      await ensureTable(dynamoDb.endpoint, 'ripcord');
      meter.measure(dynamoDb.endpoint);
      expect(toActions(await repeat())).toEqual(['BatchGetItem', 'UpdateItem', 'PutItem']);
    },
  );

  it('of a duplicate hit include a read of the outcome if the rejected claim does not return it', async () => {
    expect(toActions(await repeat())).toEqual(['BatchGetItem', 'UpdateItem', 'GetItem', 'PutItem']);
  });

  it('of a refused hit are: link and kill switch, hit record', async () => {
    const url = await newLink();
    const requests = await meter.during(async () =>
      expect(await fire(url, { body: 'a message' })).toMatchObject({ status: 400 }),
    );
    expect(toActions(requests)).toEqual(['BatchGetItem', 'PutItem']);
  });

  it('of an unknown token are: link and kill switch', async () => {
    const requests = await meter.during(async () =>
      expect(await fire(`${environment.url}/l/${mintToken()}`)).toMatchObject({ status: 404 }),
    );
    expect(requests).toEqual([{ action: 'BatchGetItem', units: 2 }]);
  });

  it('of 1,000 malformed tokens are none', async () => {
    const requests = await meter.during(async () => {
      for (let count = 0; count < 1_000; count += 1)
        expect(await fire(`${environment.url}/l/rc_${String(count).padStart(49, 'x')}`)).toMatchObject({
          status: 404,
        });
    });
    expect(requests).toEqual([]);
  });

  it('of a sweep over unchanged positions are: the accounts, three lists, each position and late hit for 1 unit, and its own time', async () => {
    await newLink();
    // The first saves fees of closed positions, and the second archives them.
    await environment.invoke('ripcord-sweep', {});
    await environment.invoke('ripcord-sweep', {});
    let report: unknown;
    const requests = await meter.during(async () => {
      report = await environment.invoke('ripcord-sweep', {});
    });
    const { positions } = z.object({ positions: z.int().positive() }).parse(report);
    const { hits } = await environment.admin('history.list', { before: '9999-12-31T00:00:00Z', limit: 500 });
    // The health tells whether the accounts are to be looked at. Of hits, those of 15 minutes are read.
    expect(toActions(requests).toSorted()).toEqual([
      ...['BatchGetItem', 'BatchGetItem', 'GetItem', 'PutItem', 'Query', 'Query', 'Query'],
    ]);
    expect(sumUnits(requests)).toEqual({ read: 1 + 0.5 + positions + 0.5 + hits.length, written: 1 });
  });

  it('of a page of positions are: the keys of the page, and its positions', async () => {
    for (let count = 0; count < 3; count += 1) await newLink();
    const { next: after } = await environment.admin('positions.list', { open: true, live: false, limit: 1 });
    const requests = await meter.during(async () => {
      const page = await environment.admin('positions.list', { open: true, live: false, limit: 1, after });
      expect(page.positions).toHaveLength(1);
    });
    expect(requests).toEqual([
      { action: 'Query', units: 0.5 },
      // It also reads whether another one follows.
      { action: 'BatchGetItem', units: 2 },
    ]);
  });

  it('of the sweep after a hit that executed include two updates: one saves its fees, one archives it', async () => {
    await environment.invoke('ripcord-sweep', {});
    await fire(await newLink());
    const requests = await meter.during(() => environment.invoke('ripcord-sweep', {}));
    const archiving = requests.filter(({ action }) => action === 'UpdateItem');
    // DynamoDB adds 2 units for removing and adding the item's index entry; dynalite does not.
    expect(archiving).toEqual([
      { action: 'UpdateItem', units: 3 },
      { action: 'UpdateItem', units: 3 },
    ]);
  });
});
