import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { parseEnvironment } from '../../functions/environment.ts';
import { fileAccounts } from '../../lib/account/file-accounts.ts';
import { highestPort } from '../loopback/listen.ts';
import type { Log } from '../loopback/log.ts';
import { type LocalServer, type RequestHandler, startServer } from '../loopback/server.ts';
import { prepareDataFolder } from './data-folder.ts';
import { type Demo, startDemo } from './demo/demo.ts';
import { createHttpApi } from './http-api.ts';
import { createRelay, type Relay } from './invoke-admin.ts';
import { createInvokeApi, invokeApiPrefix } from './invoke-api.ts';
import type { Lambda } from './lambda.ts';
import { type CreateHandlers, createLambdas, type Lambdas } from './lambdas.ts';
import { type Every, everyByClock, type Schedule, startSchedule } from './schedule.ts';
import { type LocalTable, startTable } from './table.ts';

const tableName = 'ripcord';
/** As on AWS. */
const sweepIntervalMs = 60_000;

/** A web console as the stack serves it. The stack stands below the console, so its caller passes it in. */
export interface Console {
  /** Whether a request's path is the console's. */
  owns(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What a browser opens, once. */
  addressAt(origin: string): string;
}
export type CreateConsole = (relay: Relay, announce: (address: string) => void) => Console;

export interface LocalStackOptions {
  /** 0 takes any free one. */
  port: number;
  /** The folder that keeps table and accounts. */
  data: string;
  /** A simulated exchange with three positions to try things on. Off by default. */
  demo?: boolean;
  /** Absent: no console is served. */
  console?: CreateConsole;
  /** In place of the project's own functions. */
  handlers?: CreateHandlers;
  /** In place of the clock of the schedule and the demo's prices. */
  every?: Every;
  log?: Log;
}

export interface LocalStack {
  /** What links start with, and the endpoint of the invoke API. */
  url: string;
  /** What lets one browser into the console; undefined when none is served. */
  consoleAddress(): string | undefined;
  tableEndpoint: string;
  lambdas: Lambdas;
  /** The simulated exchange's address, with the demo. */
  exchangeUrl: string | undefined;
  /** Lets everything that runs finish, then closes the table. */
  stop(): Promise<void>;
}

/** Runs what AWS would run, on this machine: HTTP API, invoke API, table and schedule. Throws a StartFailure. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const log = options.log ?? (() => undefined);
  const data = resolve(options.data);
  await prepareDataFolder(data);
  const running: Running = { server: await startServer(options.port, log) };
  try {
    return await startBehind(running, data, options, log);
  } catch (thrown) {
    await stopAll(running);
    throw thrown;
  }
}

/** What has been started, in the order of starting. */
interface Running {
  server: LocalServer;
  table?: LocalTable;
  demo?: Demo;
  lambdas?: Lambdas;
  schedule?: Schedule;
}

async function startBehind(
  running: Running,
  data: string,
  options: LocalStackOptions,
  log: Log,
): Promise<LocalStack> {
  const { url } = running.server;
  const table = await startTable(join(data, 'table'), tableName);
  running.table = table;
  const environment = parseEnvironment({
    RIPCORD_TABLE: tableName,
    RIPCORD_TABLE_ENDPOINT: table.endpoint,
    RIPCORD_ACCOUNTS: `file:${join(data, 'accounts.json')}`,
    RIPCORD_BASE_URL: url,
    RIPCORD_NOTIFY: `file:${join(data, 'notify.json')}`,
  });
  const every = options.every ?? everyByClock;
  const demo = options.demo === true ? await openDemo(options.port, data, every, log) : undefined;
  if (demo !== undefined) running.demo = demo;
  const createHandlers =
    options.handlers ?? (await import('./create-project-handlers.ts')).createProjectHandlers;
  const lambdas = createLambdas(createHandlers(environment, log), log);
  running.lambdas = lambdas;
  const console = options.console?.(createRelay(lambdas.admin), (address) =>
    log(`For another browser: ${address}`),
  );
  running.server.serve(apisOf(lambdas, console, log));
  await demo?.seed(lambdas.admin);
  running.schedule = startSweeps(lambdas.sweep, log, every);
  let stopped: Promise<void> | undefined;
  return {
    url,
    consoleAddress: () => console?.addressAt(url),
    tableEndpoint: table.endpoint,
    lambdas,
    exchangeUrl: demo?.exchangeUrl,
    stop() {
      stopped ??= stopAll(running);
      return stopped;
    },
  };
}

/** The exchange's port is the stack's next, so that it is easily found; with any free port it takes any, too. */
async function openDemo(port: number, data: string, every: Every, log: Log): Promise<Demo> {
  const accounts = fileAccounts(join(data, 'accounts.json'));
  return await startDemo({
    data,
    accounts,
    port: port === 0 || port === highestPort ? 0 : port + 1,
    every,
    log,
  });
}

function apisOf(lambdas: Lambdas, console: Console | undefined, log: Log): RequestHandler {
  const httpApi = createHttpApi({ trigger: lambdas.trigger, log });
  const invokeApi = createInvokeApi({ lambdas: Object.values(lambdas), log });
  return (request, response) => {
    if (console?.owns(request) === true) return console.handle(request, response);
    return request.url?.startsWith(invokeApiPrefix) === true
      ? invokeApi(request, response)
      : httpApi(request, response);
  };
}

function startSweeps(sweep: Lambda, log: Log, every: Every): Schedule {
  return startSchedule({
    run: () => sweep.invoke(scheduledEvent()),
    intervalMs: sweepIntervalMs,
    log,
    every,
  });
}

/** What EventBridge hands to a function on a schedule. */
function scheduledEvent() {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: new Date().toISOString(),
    region: 'us-east-1',
    resources: [],
    detail: {},
  };
}

/** From the outside in: nothing loses what it stands on while it runs. */
async function stopAll({ server, table, demo, lambdas, schedule }: Running): Promise<void> {
  await Promise.all([schedule?.stop(), server.stop()]);
  await Promise.all(Object.values(lambdas ?? {}).map((lambda) => lambda.settled()));
  await demo?.stop();
  await table?.stop();
}
