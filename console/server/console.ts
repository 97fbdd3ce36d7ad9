import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { InvokeAdmin } from '../../infra/local/invoke-admin.ts';
import type { Console, ConsoleOptions } from '../../infra/local/stack.ts';
import { type LoopbackEnv, toRequestHandler } from '../../infra/loopback/hono-handler.ts';
import { readBody } from '../../infra/loopback/request-body.ts';
import { isAllowed } from './allowed-commands.ts';
import {
  failure,
  hasSession,
  noHead,
  oneName,
  onlyOwnPage,
  onlyOwnRequest,
  onlySession,
  onlyThisMachine,
  originOf,
  safeHeaders,
  setSession,
} from './browser-checks.ts';
import { Feed } from './follow/feed.ts';
import { pageFiles } from './page-files.ts';
import { base, lockedPage, notFoundPage, usedPage, usedPath } from './refusal-pages.ts';
import { createSessions, type Sessions } from './session.ts';

const eventsPath = `${base}events`;
/** The largest command is an adoption with forty order ids: a few kilobytes. */
const maxCommandBytes = 64 * 1024;

const commandSchema = z.looseObject({ command: z.string() });
const notACommand = failure('invalid-input', 'The request is not a command in JSON.', 'Reload the page.');

/**
 * The web page and its one API, for the owner on this machine. A cookie that no other site can send identifies the
 * browser; the address in the terminal, which contains a key, sets it.
 */
export function createConsole({ relay, announce, sessionFile, place }: ConsoleOptions): Console {
  const sessions = createSessions(sessionFile);
  const feed = new Feed(relay, place);
  const addressAt = (origin: string): string => `${origin}/?key=${sessions.key}`;
  const app = new Hono<LoopbackEnv>()
    .use(...safeHeaders(), onlyThisMachine, noHead, oneName)
    .get('/', (c) => enter(c, sessions, (origin) => announce(addressAt(origin))))
    .get(usedPath, (c) => (hasSession(c, sessions) ? c.redirect(base, 303) : c.html(usedPage, 401)))
    .get(eventsPath, onlyOwnRequest, onlySession(sessions), (c) => openEvents(c, feed))
    .post(`${base}refresh`, onlyOwnPage, onlySession(sessions), (c) => runRefresh(c, feed))
    .post(`${base}command`, onlyOwnPage, onlySession(sessions), (c) => runCommand(c, relay, feed))
    .get(`${base}*`, (c) => serveFile(c, sessions))
    .notFound((c) => c.html(notFoundPage, 404));
  return {
    addressAt,
    owns(request) {
      const { pathname } = URL.parse(request.url ?? '', 'http://127.0.0.1') ?? { pathname: '/' };
      return pathname === '/' || pathname.startsWith(base);
    },
    handle: toRequestHandler(app),
    poke: (what) => feed.poke(what),
    stop: () => feed.stop(),
  };
}

function enter(c: Context<LoopbackEnv>, sessions: Sessions, onEntered: (origin: string) => void): Response {
  const key = c.req.query('key');
  // A browser that prefetches the address must not use up its key.
  if (key === undefined) return c.redirect(base, 303);
  const secret = isPrefetch(c) ? undefined : sessions.open(key);
  // The cookie has the console's path, so only a page under it knows whether this browser is signed in already.
  if (secret === undefined) return c.redirect(usedPath, 303);
  setSession(c, secret);
  onEntered(originOf(c));
  return c.redirect(base, 303);
}

function isPrefetch(c: Context<LoopbackEnv>): boolean {
  return c.req.header('sec-purpose') !== undefined;
}

async function serveFile(c: Context<LoopbackEnv>, sessions: Sessions): Promise<Response> {
  const name = c.req.path.slice(base.length);
  const file = (await pageFiles()).get(name);
  if (file === undefined) return c.html(notFoundPage, 404);
  // Refusal pages need style and icon, and neither is secret.
  if (!/\.(css|svg)$/.test(name) && !hasSession(c, sessions)) return c.html(lockedPage, 401);
  return c.body(file.content, 200, { 'content-type': file.type });
}

function openEvents(c: Context<LoopbackEnv>, feed: Feed): Response {
  // The server drops a request that has not arrived in full, and this one is not read.
  c.env.incoming.resume();
  return c.body(feed.open(), 200, { 'content-type': 'text/event-stream; charset=utf-8' });
}

const refreshSchema = z.object({
  watched: z.string().max(64).optional(),
  market: z
    .object({
      account: z.string().max(64),
      kind: z.enum(['spot', 'perpetual']),
      marketId: z.string().min(1).max(64),
    })
    .optional(),
  read: z.boolean(),
});

/** The position that the page shows in detail, the market that it shows the price of, and whether everything is to be read again, such as after a command. */
async function runRefresh(c: Context<LoopbackEnv>, feed: Feed): Promise<Response> {
  const parsed = refreshSchema.safeParse(await readJson(c));
  if (!parsed.success) return c.json(notACommand, 400);
  const { watched, market, read } = parsed.data;
  if (watched !== undefined) feed.watch(watched);
  if (market !== undefined) feed.watchMarket(market);
  if (read) await feed.refresh();
  return c.json({ ok: true, result: {} });
}

/** Its rules, price, fee rate, candles, and two balances, or the balance and the exchange position. */
const requestsOfMarket = 6;

async function runCommand(c: Context<LoopbackEnv>, relay: InvokeAdmin, feed: Feed): Promise<Response> {
  const parsed = commandSchema.safeParse(await readJson(c));
  if (!parsed.success) return c.json(notACommand, 400);
  const { command, ...input } = parsed.data;
  if (!isAllowed(command))
    return c.json(
      failure('forbidden', `The console can't send "${command}". Nothing was done.`, 'Use the command line.'),
      403,
    );
  if (command === 'accounts.market') feed.charge(String(input.name), requestsOfMarket);
  return c.json(await relay(command, input));
}

async function readJson(c: Context<LoopbackEnv>): Promise<unknown> {
  // Hono's bodyLimit fails on chunked bodies unless the adapter replaces the global Request.
  const body = await readBody(c.env.incoming, maxCommandBytes);
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}
