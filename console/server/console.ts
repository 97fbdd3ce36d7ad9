import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Relay } from '../../infra/local/invoke-admin.ts';
import type { Console } from '../../infra/local/stack.ts';
import { isForThisMachine } from '../../infra/loopback/loopback-guard.ts';
import { readBody } from '../../infra/loopback/request-body.ts';
import type { AdminAnswer } from '../../lib/admin/contract/commands.ts';
import { isAllowed } from './allowed-commands.ts';
import { pageFiles } from './page-files.ts';
import { createSessions } from './session.ts';

const base = '/console/';
/** The largest command is an adoption with forty order ids: a few kilobytes. */
const commandLimit = 64 * 1024;

/** Nothing is loaded from elsewhere, nothing may frame it, nothing of it is kept. */
const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const commandSchema = z.looseObject({ command: z.string() });

/**
 * The web page and its one API, for one person on this machine. Requests are told apart by a cookie that no other
 * site can have sent; whoever reads the address in the terminal gets it.
 * @param announce is told the next address once one has been used.
 */
export function createConsole(relay: Relay, announce: (address: string) => void): Console {
  const sessions = createSessions();
  const addressAt = (origin: string): string => `${origin}/?key=${sessions.key}`;

  const hasSession = (request: IncomingMessage): boolean =>
    sessions.has(cookieOf(request, cookieName(request)) ?? '');

  const enter = (request: IncomingMessage, response: ServerResponse, key: string | null): void => {
    // What a browser fetches before anybody wants it must not use the key up.
    const secret =
      key === null || request.headers['sec-purpose'] !== undefined ? undefined : sessions.open(key);
    if (key !== null && secret === undefined && !hasSession(request)) {
      refuse(response, 401, usedPage);
      return;
    }
    const cookie = `${cookieName(request)}=${secret}; Path=${base}; HttpOnly; SameSite=Strict`;
    response.writeHead(303, {
      ...safeHeaders,
      location: base,
      ...(secret === undefined ? {} : { 'set-cookie': cookie }),
    });
    response.end();
    if (secret !== undefined) announce(addressAt(`http://${request.headers.host}`));
  };

  const serveFile = async (
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
  ): Promise<void> => {
    const file = (await pageFiles()).get(name);
    if (file === undefined) return refuse(response, 404, notFoundPage);
    // Looks are no secret, and the pages that refuse wear them too.
    if (!/\.(css|svg|woff2)$/.test(name) && !hasSession(request)) return refuse(response, 401, lockedPage);
    response.writeHead(200, { ...safeHeaders, 'content-type': file.type });
    response.end(file.content);
  };

  const command = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOwnPage(request))
      return answer(
        response,
        403,
        refusal('forbidden', 'Commands are taken from the console itself, and from no other page.'),
      );
    if (!hasSession(request))
      return answer(
        response,
        401,
        refusal('locked', 'This session is over. Open the address in the terminal.'),
      );
    const body = await readBody(request, commandLimit);
    const parsed = commandSchema.safeParse(parseJson(body));
    if (!parsed.success)
      return answer(response, 400, refusal('invalid-input', 'Expected a command as JSON.'));
    const { command: name, ...input } = parsed.data;
    if (!isAllowed(name))
      return answer(
        response,
        403,
        refusal('forbidden', `The console does not send "${name}": use the command line.`),
      );
    answer(response, 200, await relay(name, input));
  };

  return {
    addressAt,
    owns: (request) => {
      const { pathname } = urlOf(request);
      return pathname === '/' || pathname.startsWith(base);
    },
    async handle(request, response) {
      if (!isForThisMachine(request)) return refuse(response, 403, elsewherePage);
      const { pathname, searchParams } = urlOf(request);
      if (request.method === 'POST' && pathname === `${base}command`) return command(request, response);
      if (request.method !== 'GET') return refuse(response, 404, notFoundPage);
      if (pathname === '/') return enter(request, response, searchParams.get('key'));
      await serveFile(request, response, pathname.slice(base.length));
    },
  };
}

function urlOf(request: IncomingMessage): URL {
  return URL.parse(request.url ?? '', 'http://127.0.0.1') ?? new URL('http://127.0.0.1/?');
}

/** Cookies don't know ports: two consoles on this machine would take each other's away. */
function cookieName({ headers }: IncomingMessage): string {
  return `ripcord-${/:(\d+)$/.exec(headers.host ?? '')?.[1] ?? '80'}`;
}

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  return headers.cookie
    ?.split(/; */)
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/**
 * SameSite counts every port of this machine as one site, so that another server's page here would have the cookie
 * sent: what tells it apart is the origin, which browsers name in every POST.
 */
function isOwnPage({ headers }: IncomingMessage): boolean {
  return (
    headers.origin === `http://${headers.host}` &&
    (headers['sec-fetch-site'] ?? 'same-origin') === 'same-origin' &&
    headers['content-type'] === 'application/json'
  );
}

function parseJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

function refusal(code: string, message: string): AdminAnswer {
  return {
    ok: false,
    error: { code, message, issues: [] },
  };
}

function answer(response: ServerResponse, status: number, body: AdminAnswer): void {
  response.writeHead(status, { ...safeHeaders, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

function refusalPage(title: string, sentence: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ripcord: ${title}</title><link rel="icon" href="${base}icon.svg"><link rel="stylesheet" href="${base}app.css"></head>
<body><main class="refusal"><img src="${base}icon.svg" alt="" width="40" height="40"><h1>${title}</h1><p>${sentence}</p></main></body></html>
`;
}

const lockedPage = refusalPage(
  'Locked',
  'Open the address that the terminal shows, the one with <code>?key=</code>: it lets this browser in.',
);
const usedPage = refusalPage(
  'This address has been used',
  'Each address lets one browser in. The terminal shows the next one.',
);
const notFoundPage = refusalPage('Not found', `Ripcord's console is at <a href="${base}">${base}</a>.`);
const elsewherePage = refusalPage('Not here', 'The console answers on this machine only.');

function refuse(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { ...safeHeaders, 'content-type': 'text/html; charset=utf-8' });
  response.end(page);
}
