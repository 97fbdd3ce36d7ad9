import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { type Environment, parseEnvironment } from '../../functions/environment.ts';
import { fileAccounts } from '../../lib/account/file-accounts.ts';
import { highestPort } from '../loopback/listen.ts';
import type { Log } from '../loopback/log.ts';
import { type LocalServer, type RequestHandler, startServer } from '../loopback/server.ts';
import { prepareDataFolder } from './data-folder.ts';
import { type Demo, startDemo } from './demo/demo.ts';
import { createHttpApi } from './http-api.ts';
import { createInvokeAdmin, type InvokeAdmin } from './invoke-admin.ts';
import { createInvokeApi, invokeApiPrefix } from './invoke-api.ts';
import type { Lambda } from './lambda.ts';
import { type CreateHandlers, createLambdas, type Handlers, type Lambdas } from './lambdas.ts';
import { type Every, everyByClock, type Schedule, startSchedule } from './schedule.ts';
import { type LocalTable, startTable } from './table.ts';

const tableName = 'ripcord';
/** As in the deployed stack. */
const sweepIntervalMs = 60_000;

/** The web console. infra must not import it, so the caller passes it in. */
export interface Console {
  /** Whether a request's path belongs to the console. */
  owns(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** @returns the address that lets one browser in, once. */
  addressAt(origin: string): string;
  /** A hit was answered, or anything may have changed: open pages show it at once. */
  poke(what: 'hit' | 'anything'): void;
  /** Ends the pages' streams, which would otherwise keep the server from stopping. */
  stop(): void;
}
export interface ConsoleOptions {
  relay: InvokeAdmin;
  /** Receives the next address after one was used. */
  announce: (address: string) => void;
  /** Keeps the sessions of browsers. Without it they end with the process. */
  sessionFile?: string;
  /** Whether the functions run in the server's own process, and end with it. */
  place: 'here' | 'elsewhere';
}
export type CreateConsole = (options: ConsoleOptions) => Console;

export interface LocalStackOptions {
  /** 0 takes any free port. */
  port: number;
  /** The folder of the table and the accounts. */
  data: string;
  /** Runs a simulated exchange with four positions. Off by default. */
  demo?: boolean;
  /** Without it, no console is served. */
  console?: CreateConsole;
  /** Replaces the project's functions. */
  handlers?: CreateHandlers;
  /** Replaces the clock of the schedule and of the demo's prices. */
  every?: Every;
  /** Replaces the sweep's timeout. With up to 7 s, a sweep does not wait for pending closes. */
  sweepTimeoutMs?: number;
  /** Whether a hit with a pending close starts a sweep, as on AWS. True by default. */
  wakesSweep?: boolean;
  log?: Log;
}

export interface LocalStack {
  /** What links start with, and the endpoint of the invoke API. */
  url: string;
  /** @returns the address that lets one browser into the console, or undefined if no console is served. */
  consoleAddress(): string | undefined;
  tableEndpoint: string;
  lambdas: Lambdas;
  /** The simulated exchange's address, with the demo. */
  exchangeUrl: string | undefined;
  /** Lets running requests and functions finish, then closes the table. */
  stop(): Promise<void>;
}

/** Runs the deployed stack's parts on this machine: HTTP API, invoke API, table, schedule. Throws a StartFailure. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const log = options.log ?? (() => undefined);
  const data = resolve(options.data);
  await prepareDataFolder(data);
  const running: Running = { server: await startServer(options.port, log) };
  try {
    return await startParts(running, data, options, log);
  } catch (thrown) {
    await stopAll(running);
    throw thrown;
  }
}

/** The parts that have been started. */
interface Running {
  server: LocalServer;
  console?: Console;
  table?: LocalTable;
  demo?: Demo;
  lambdas?: Lambdas;
  schedule?: Schedule;
}

async function startParts(
  running: Running,
  data: string,
  options: LocalStackOptions,
  log: Log,
): Promise<LocalStack> {
  const { url } = running.server;
  const every = options.every ?? everyByClock;
  const table = await startTable(join(data, 'table'), tableName);
  running.table = table;
  const demo = options.demo === true ? await openDemo(options.port, data, every, log) : undefined;
  if (demo !== undefined) running.demo = demo;
  const environment = createEnvironment(data, table, url, options);
  const functionLog = createGate(log);
  const lambdas = createLambdas(await createFunctions(options, environment, functionLog.pass), log, options);
  running.lambdas = lambdas;
  const console = openConsole(options.console, lambdas.admin, data, log);
  if (console !== undefined) running.console = console;
  running.server.serve(createHandler(lambdas, console, log));
  await demo?.seed(lambdas.admin);
  functionLog.open();
  running.schedule = startSweeps(lambdas.sweep, console, log, every);
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

async function createFunctions(
  { handlers }: LocalStackOptions,
  environment: Environment,
  log: Log,
): Promise<Handlers> {
  const create = handlers ?? (await import('./create-project-handlers.ts')).createProjectHandlers;
  return create(environment, log);
}

/** The demo's own commands are not logged: no link exists before them, so no line of a hit is lost. */
function createGate(log: Log): { pass: Log; open(): void } {
  let isOpen = false;
  return {
    pass: (line) => {
      if (isOpen) log(line);
    },
    open: () => {
      isOpen = true;
    },
  };
}

function openConsole(
  create: CreateConsole | undefined,
  admin: Lambda,
  data: string,
  log: Log,
): Console | undefined {
  return create?.({
    relay: createInvokeAdmin(admin),
    announce: (address) => log(`For another browser: ${address}`),
    sessionFile: join(data, 'console-sessions.json'),
    place: 'here',
  });
}

function createEnvironment(
  data: string,
  table: LocalTable,
  url: string,
  { wakesSweep = true }: LocalStackOptions,
): Environment {
  return parseEnvironment({
    RIPCORD_TABLE: tableName,
    RIPCORD_TABLE_ENDPOINT: table.endpoint,
    RIPCORD_ACCOUNTS: `file:${join(data, 'accounts.json')}`,
    RIPCORD_BASE_URL: url,
    RIPCORD_NOTIFY: `file:${join(data, 'notify.json')}`,
    ...(wakesSweep && { RIPCORD_SWEEP_FUNCTION: 'ripcord-sweep', RIPCORD_SWEEP_ENDPOINT: url }),
  });
}

/** The exchange's port is the stack's port plus 1, so that it is easy to find; any free port if the stack's is 0. */
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

/** A close that takes this long is shown while it runs. */
const slowMs = 300;

function createHandler(lambdas: Lambdas, console: Console | undefined, log: Log): RequestHandler {
  const httpApi = createHttpApi({ trigger: lambdas.trigger, log });
  const invokeApi = createInvokeApi({ lambdas: Object.values(lambdas), log });
  return async (request, response) => {
    if (console?.owns(request) === true) return console.handle(request, response);
    const isCommand = request.url?.startsWith(invokeApiPrefix) === true;
    const slow = setTimeout(() => console?.poke('anything'), slowMs);
    await (isCommand ? invokeApi : httpApi)(request, response);
    clearTimeout(slow);
    console?.poke(isCommand ? 'anything' : 'hit');
  };
}

function startSweeps(sweep: Lambda, console: Console | undefined, log: Log, every: Every): Schedule {
  return startSchedule({
    run: async () => {
      await sweep.invoke(createScheduledEvent());
      console?.poke('anything');
    },
    intervalMs: sweepIntervalMs,
    log,
    every,
  });
}

/** The event that EventBridge sends on a schedule. */
function createScheduledEvent() {
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

/** Stops in reverse order of dependence, so that no part loses what it uses while it runs. */
async function stopAll({ server, console, table, demo, lambdas, schedule }: Running): Promise<void> {
  console?.stop();
  await Promise.all([schedule?.stop(), server.stop(), lambdas?.sweep.stop()]);
  await Promise.all(Object.values(lambdas ?? {}).map((lambda) => lambda.stop()));
  await demo?.stop();
  await table?.stop();
}
