import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { triggerAlgoOrder } from '../core/algo-orders.ts';
import type { Fault } from '../core/faults.ts';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import { isOpen } from '../core/state.ts';
import { control } from './control.ts';
import { type PreparedRequest, type VenueApi, VenueError, type VenueRequest } from './venue-api.ts';

// Orders and control calls are small; anything larger is a mistake.
const bodyLimit = 1_000_000;

interface Answer {
  status: number;
  text: string;
  code?: number;
  headers?: Record<string, string>;
}

function json(status: number, value: unknown): Answer {
  return { status, text: JSON.stringify(value) };
}

/** JSON for a terminal: a list with a line for each entry. */
function readableJson(status: number, value: unknown): Answer {
  const text =
    Array.isArray(value) && value.length > 0
      ? `[\n${value.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`
      : JSON.stringify(value);
  return { status, text: `${text}\n` };
}

async function readBody(message: IncomingMessage): Promise<string> {
  let body = '';
  message.setEncoding('utf8');
  for await (const chunk of message) {
    body += chunk;
    if (body.length > bodyLimit) throw new Error('body too large');
  }
  return body;
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': 'application/json;charset=UTF-8',
    'content-length': Buffer.byteLength(answer.text),
    ...answer.headers,
  });
  response.end(answer.text);
}

/** Answers venue requests through their faces, bent by the faults that wait for them. */
export function exchangeServer(core: SimulatedExchange, faces: VenueApi[]): Server {
  return createServer((message, response) => {
    handle(message, response).catch(() => response.destroy());
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = message.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    const method = message.method ?? 'GET';
    const body = await readBody(message);
    core.runDue();
    if (path.startsWith('/sim/')) {
      const answer = control(core, method, path.slice('/sim/'.length), query, body);
      return send(response, readableJson(answer.status, answer.body));
    }
    const face = faces.find((each) => each.owns(path));
    if (face === undefined) return send(response, json(404, { error: 'no venue answers here' }));
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : value,
      ]),
    );
    await serve(face, { method, path, query, body, headers }, response);
  }

  async function serve(face: VenueApi, request: VenueRequest, response: ServerResponse): Promise<void> {
    const fault = core.faults.take({
      method: request.method,
      path: request.path,
      market: face.marketOf(request),
    });
    const record = (status: number, code?: number) =>
      core.state.record({
        type: 'request',
        market: face.marketOf(request),
        method: request.method,
        path: request.path,
        query: face.describe(request),
        status,
        ...(code === undefined ? {} : { code }),
        ...(fault === undefined ? {} : { fault: fault.kind }),
      });
    const answerWith = (answer: Answer) => {
      record(answer.status, answer.code);
      send(response, answer);
    };

    const before = faultBefore(face, request, fault);
    if (before === 'drop') {
      record(0);
      response.destroy();
      return;
    }
    if (before !== undefined) return answerWith(before);
    const answer = await carryOut(face, request, fault);
    switch (fault?.kind) {
      case 'drop-after':
        record(0);
        response.destroy();
        return;
      case 'stall-after':
        record(0);
        response.writeHead(answer.status, { 'content-type': 'application/json;charset=UTF-8' });
        // A first byte, because headers alone may wait in a buffer.
        response.write('{');
        return;
      case 'truncate':
        return answerWith({ ...answer, text: answer.text.slice(0, Math.ceil(answer.text.length / 2)) });
      case 'html':
        return answerWith(htmlPage);
      case 'error-after':
        return answerWith(
          errorAnswer(
            face,
            new VenueError(fault.code, fault.msg ?? 'Unexpected error.', fault.status ?? face.errorStatus),
          ),
        );
      default:
        return answerWith(answer);
    }
  }

  /** What happens instead of the request, or nothing: then it is carried out. */
  function faultBefore(
    face: VenueApi,
    request: VenueRequest,
    fault: Fault | undefined,
  ): Answer | 'drop' | undefined {
    switch (fault?.kind) {
      case 'drop-before':
        return 'drop';
      case 'status':
        return statusAnswer(face, fault);
      case 'bad-signature':
        return errorAnswer(face, face.badSignature());
      case 'not-found':
        return runPrepared(face, { run: () => face.notFound(request) });
      case 'html':
        return fault.executed === true ? undefined : htmlPage;
      case 'late':
        return late(face, request, fault.ms);
      default:
        return undefined;
    }
  }

  /** Answers "outcome unknown" now, and carries the request out later if its time window still allows. */
  function late(face: VenueApi, request: VenueRequest, ms: number): Answer {
    try {
      const prepared = face.prepare(request);
      core.timers.after(ms, () => {
        // Nobody is waiting for the answer any more, whatever it is.
        runPrepared(face, prepared);
      });
      return errorAnswer(face, face.outcomeUnknown());
    } catch (error) {
      return errorAnswer(face, face.errorOf(error));
    }
  }

  async function carryOut(face: VenueApi, request: VenueRequest, fault: Fault | undefined): Promise<Answer> {
    try {
      const prepared = face.prepare(request);
      if (fault?.kind === 'delay') await core.timers.wait(fault.ms);
      if (fault?.kind === 'fill-before-cancel') fillFirst(face, request, fault.amount);
      return runPrepared(face, prepared);
    } catch (error) {
      return errorAnswer(face, face.errorOf(error));
    }
  }

  function fillFirst(face: VenueApi, request: VenueRequest, amount: string | undefined): void {
    const target = face.cancelTarget(request);
    if (target === undefined) return;
    if (!('filled' in target)) {
      if (target.status === 'new')
        triggerAlgoOrder(core.state, core.state.market('usdm', target.symbol), target);
    } else if (isOpen(target) && target.triggered) core.fill({ orderId: target.id, amount });
  }
}

function runPrepared(face: VenueApi, prepared: PreparedRequest): Answer {
  try {
    return json(200, prepared.run());
  } catch (error) {
    return errorAnswer(face, face.errorOf(error));
  }
}

function errorAnswer(face: VenueApi, error: VenueError): Answer {
  return {
    ...json(error.status, face.errorBody(error)),
    code: error.code,
  };
}

function statusAnswer(face: VenueApi, fault: Extract<Fault, { kind: 'status' }>): Answer {
  const banned = fault.status === 429 || fault.status === 418;
  const usual = banned ? face.throttled() : face.failed();
  // A venue that limits says for how long; 1 second keeps tests short.
  const retryAfter = fault.retryAfter ?? (banned ? 1 : undefined);
  return {
    ...errorAnswer(face, new VenueError(fault.code ?? usual.code, fault.msg ?? usual.message, fault.status)),
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  };
}

const htmlPage: Answer = {
  status: 200,
  text: '<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Be right back.</body></html>',
  headers: { 'content-type': 'text/html' },
};
