import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { type Answer, toJsonAnswer, toReadableJsonAnswer } from './answer.ts';
import { handleControl } from './control.ts';
import { type Reply, replyTo } from './fault-injection.ts';
import type { VenueApi, VenueRequest } from './venue-api.ts';

/** In characters. Orders and control requests are small. */
const bodyLimit = 1_000_000;
const jsonType = 'application/json;charset=UTF-8';

/**
 * Serves the APIs of the venues, changed by the faults that match a request, and `/sim/…` for its owner. It uses
 * node:http, because faults act on the socket and signatures cover the query and the body exactly as they arrive.
 */
export function createExchangeServer(core: SimulatedExchange, venues: VenueApi[]): Server {
  return createServer((message, response) => {
    handle(core, venues, message, response).catch(() => response.destroy());
  });
}

async function handle(
  core: SimulatedExchange,
  venues: VenueApi[],
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(message);
  const { method, path, query, body } = request;
  core.runDue();
  if (path.startsWith('/sim/')) {
    const answer = handleControl(core, { method, name: path.slice('/sim/'.length), query, body });
    return send(response, toReadableJsonAnswer(answer.status, answer.body));
  }
  const venue = venues.find((each) => each.owns(path));
  if (venue === undefined) return send(response, toJsonAnswer(404, { error: 'No venue has this path.' }));
  await serveVenue(core, venue, request, response);
}

async function serveVenue(
  core: SimulatedExchange,
  venue: VenueApi,
  request: VenueRequest,
  response: ServerResponse,
): Promise<void> {
  const { method, path } = request;
  const market = venue.marketOf(request);
  const fault = core.faults.take({ method, path, market });
  const reply = await replyTo({ core, venue, request }, fault);
  const { status, code } = reply.kind === 'send' ? reply.answer : { status: 0 };
  core.state.record({
    type: 'request',
    market,
    method,
    path,
    query: venue.describe(request),
    status,
    ...(code === undefined ? {} : { code }),
    ...(fault === undefined ? {} : { fault: fault.kind }),
  });
  deliver(response, reply);
}

function deliver(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'send':
      send(response, reply.answer);
      return;
    case 'stall':
      response.writeHead(reply.status, { 'content-type': jsonType });
      // A first byte of the body, because headers alone may wait in a buffer.
      response.write('{');
      return;
    case 'drop':
      response.destroy();
  }
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': jsonType,
    'content-length': Buffer.byteLength(answer.text),
    ...answer.headers,
  });
  response.end(answer.text);
}

async function readRequest(message: IncomingMessage): Promise<VenueRequest> {
  const [path = '', ...rest] = (message.url ?? '/').split('?');
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : value,
  ]);
  return {
    method: message.method ?? 'GET',
    path,
    query: rest.join('?'),
    body: await readBody(message),
    headers: Object.fromEntries(headers),
  };
}

async function readBody(message: IncomingMessage): Promise<string> {
  let body = '';
  message.setEncoding('utf8');
  for await (const chunk of message) {
    body += chunk;
    if (body.length > bodyLimit) throw new Error('The request body is too large.');
  }
  return body;
}
