import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import type { LoopbackEnv } from '../../infra/loopback/hono-handler.ts';
import { isForThisMachine } from '../../infra/loopback/loopback-guard.ts';
import type { AdminAnswer } from '../../lib/admin/contract/commands.ts';
import { base, foreignHostPage, notFoundPage } from './refusal-pages.ts';
import type { Sessions } from './session.ts';

/** Everything comes from this server, no page may frame it, and the browser keeps no copy. */
export function safeHeaders(): MiddlewareHandler<LoopbackEnv>[] {
  return [
    createMiddleware(async (c, next) => {
      await next();
      c.res.headers.set('cache-control', 'no-store');
    }),
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      // The console is served over HTTP, where browsers ignore it.
      strictTransportSecurity: false,
    }),
  ];
}

/** Refuses a foreign name that resolves to this machine (DNS rebinding). */
export const onlyThisMachine = createMiddleware<LoopbackEnv>(async (c, next) =>
  isForThisMachine(c.env.incoming) ? next() : c.html(foreignHostPage, 403),
);

/**
 * A browser keeps a cookie for one host name, so that one signed in at 127.0.0.1 is unknown at localhost. Pages are
 * served under the one name that the server listens at, and the address bar keeps its fragment.
 */
export const oneName = createMiddleware<LoopbackEnv>(async (c, next) => {
  const localhost = /^localhost(:\d+)?$/i.exec(c.req.header('host') ?? '');
  if (localhost === null || c.req.method !== 'GET') return next();
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`http://127.0.0.1${localhost[1] ?? ''}${pathname}${search}`, 303);
});

/** Hono routes HEAD to GET handlers. A HEAD by a link scanner must not use up the key. */
export const noHead = createMiddleware<LoopbackEnv>(async (c, next) =>
  c.req.method === 'HEAD' ? c.html(notFoundPage, 404) : next(),
);

/**
 * Accepts a command only from the console's own page. SameSite is not enough: browsers treat every port of this machine
 * as one site, so a page of another server here would send the cookie too. Hono's csrf accepts a request if either
 * header matches, and doesn't check JSON at all; here all three must hold.
 */
export const onlyOwnPage = createMiddleware<LoopbackEnv>(async (c, next) => {
  const isOwn =
    c.req.header('origin') === originOf(c) &&
    (c.req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin' &&
    c.req.header('content-type') === 'application/json';
  if (isOwn) return next();
  return c.json(
    failure('forbidden', "Only the console's own page can send commands. Nothing was done.", 'Reload it.'),
    403,
  );
});

/** The same for a request that changes nothing: browsers send no origin with it, and no page can read the response. */
export const onlyOwnRequest = createMiddleware<LoopbackEnv>(async (c, next) => {
  if ((c.req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin') return next();
  return c.json(failure('forbidden', "Only the console's own page can follow.", 'Reload it.'), 403);
});

export function onlySession(sessions: Sessions): MiddlewareHandler<LoopbackEnv> {
  return createMiddleware(async (c, next) => {
    if (hasSession(c, sessions)) return next();
    return c.json(
      failure('locked', 'This session has ended.', 'Open the address that the terminal shows.'),
      401,
    );
  });
}

export function originOf(c: Context<LoopbackEnv>): string {
  return `http://${c.req.header('host')}`;
}

/** Cookies ignore ports, so the name contains the port: otherwise two consoles would overwrite each other's. */
function cookieName(c: Context<LoopbackEnv>): string {
  return `ripcord-${/:(\d+)$/.exec(c.req.header('host') ?? '')?.[1] ?? '80'}`;
}

export function hasSession(c: Context<LoopbackEnv>, sessions: Sessions): boolean {
  return sessions.has(getCookie(c, cookieName(c)) ?? '');
}

export function setSession(c: Context<LoopbackEnv>, secret: string): void {
  setCookie(c, cookieName(c), secret, { path: base, httpOnly: true, sameSite: 'Strict' });
}

/** @returns an answer in the form of the admin function's own errors. */
export function failure(code: string, detail: string, hint: string): AdminAnswer {
  return {
    ok: false,
    error: { code, message: `${detail} ${hint}`, detail, hint: { text: hint }, issues: [] },
  };
}
