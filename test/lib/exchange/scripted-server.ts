import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

export interface ScriptedServer {
  url: string;
  /** How many requests it received. */
  count: number;
  /** Sends the response to every request from now on. */
  respond: (response: ServerResponse) => void;
}

/** What comes before an order at OKX and Gate: the mode of the account, and the position. */
const okxModes = /^\/api\/v5\/account\/(config|positions)/;
const okxMode = JSON.stringify({ code: '0', data: [{ acctLv: '2', posMode: 'net_mode', pos: '0' }] });
const gateModes = /^\/api\/v4\/(unified\/unified_mode|futures\/usdt\/accounts)/;
const gateMode = JSON.stringify({ mode: 'classic', position_mode: 'single' });

function findMode(url = ''): string | undefined {
  if (okxModes.test(url)) return okxMode;
  return gateModes.test(url) ? gateMode : undefined;
}

/** An exchange that sends one fixed response. It answers and does not count what comes before an order at some. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const scripted: ScriptedServer = { url: '', count: 0, respond: (response) => response.end() };
  const server = createServer((request, response) => {
    request.resume();
    const mode = findMode(request.url);
    if (mode !== undefined) {
      fixedResponse(mode)(response);
      return;
    }
    scripted.count += 1;
    scripted.respond(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  scripted.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return scripted;
}

export function fixedResponse(body: string, status = 200, contentType = 'application/json') {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}
