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
  /** How many requests have come. */
  count: number;
  /** Answers everything from now on. */
  answer: (response: ServerResponse) => void;
}

/** An exchange that says one thing only. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const scripted: ScriptedServer = { url: '', count: 0, answer: (response) => response.end() };
  const server = createServer((request, response) => {
    scripted.count += 1;
    request.resume();
    scripted.answer(response);
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

export function say(body: string, status = 200, contentType = 'application/json') {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}
