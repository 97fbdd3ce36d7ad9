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

/** An exchange that sends one fixed response. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const scripted: ScriptedServer = { url: '', count: 0, respond: (response) => response.end() };
  const server = createServer((request, response) => {
    scripted.count += 1;
    request.resume();
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
