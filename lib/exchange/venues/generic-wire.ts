import { AsyncLocalStorage } from 'node:async_hooks';
import type { Exchange as CcxtClient } from 'ccxt';
import { type Amount, decimal, plainDecimal } from '../../decimal.ts';
import { Unsupported } from './venue-error.ts';

/** A request as ccxt signed it. */
export interface WireRequest {
  method: string;
  url: string;
  body: string;
}

/** Sees each request of one call. It sends the request, or answers in its place. */
type Watch = (request: WireRequest, send: () => Promise<unknown>) => Promise<unknown>;

const watches = new AsyncLocalStorage<Watch>();
const publicCalls = new AsyncLocalStorage<true>();

/** Lets `watches` see every request, above all that sends, retries or reads it. */
export function watchRequests(client: CcxtClient): void {
  const fetch = client.fetch.bind(client);
  client.fetch = (url, method = 'GET', headers = undefined, body = undefined) => {
    const watch = watches.getStore();
    const send = () => fetch(url, method, headers, body);
    return watch === undefined ? send() : watch({ method, url, body: String(body ?? '') }, send);
  };
  const { checkRequiredCredentials } = client;
  client.checkRequiredCredentials = function (this: CcxtClient, mustHave = true) {
    if (publicCalls.getStore() === undefined) return checkRequiredCredentials.call(this, mustHave);
    if (mustHave) throw new Unsupported('Its list of markets needs a private request');
    return false;
  };
}

/** Runs a call that may not sign anything. */
export function withoutKeys<Result>(call: () => Promise<Result>): Promise<Result> {
  return publicCalls.run(true, () => locally(call));
}

/** What ccxt and Ripcord throw of a request that did not leave. In a bundle, classes differ: names do not. */
const notSentNames = new Set(['NotSent', 'NotReady', 'Unsupported']);

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.slice(0, 200) : 'no reason';
}

/** Runs a call. What ccxt refuses before its first request was not sent, which a missing answer would not say. */
export async function locally<Result>(call: () => Promise<Result>): Promise<Result> {
  let requests = 0;
  const outer = watches.getStore();
  const watch: Watch = (request, send) => {
    requests += 1;
    return outer === undefined ? send() : outer(request, send);
  };
  try {
    return await watches.run(watch, call);
  } catch (thrown) {
    if (requests > 0 || (thrown instanceof Error && notSentNames.has(thrown.name))) throw thrown;
    throw new Unsupported(`ccxt refuses the request: ${messageOf(thrown)}`);
  }
}

/** @returns the requests of a call, each of them answered with `{}`. Nothing leaves. */
export async function recordRequests(call: () => Promise<unknown>): Promise<WireRequest[]> {
  const recorded: WireRequest[] = [];
  const watch: Watch = async (request) => {
    recorded.push(request);
    return {};
  };
  try {
    await watches.run(watch, call);
  } catch (thrown) {
    // What ccxt makes of an empty answer does not matter.
    if (recorded.length === 0) throw new Unsupported(`ccxt refuses the order: ${messageOf(thrown)}`);
  }
  return recorded;
}

/** @returns what two recordings of one request have in common: all but the values. */
export function toShape(request: WireRequest): string {
  return [request.method, toAddress(request.url), ...[...readFields(request).keys()].sort()].join(' ');
}

export function toAddress(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Runs a call that may send one request, of this shape. A request of another shape does not leave, nor does a second. */
export function sendOnce<Result>(shape: string, call: () => Promise<Result>): Promise<Result> {
  let sent = 0;
  const watch: Watch = async (request, send) => {
    // The first one may have executed, so this error proves nothing.
    if (sent > 0) throw new Error('the order would have sent a second request');
    if (toShape(request) !== shape)
      throw new Unsupported('The order would not be the request that was recorded just before');
    sent += 1;
    return send();
  };
  return watches.run(watch, call);
}

/** @returns the fields of a request's query and body, with their values as text. */
export function readFields({ url, body }: WireRequest): Map<string, string> {
  const fields = new Map<string, string>(new URL(url).searchParams);
  const parsed = parseBody(body);
  if (parsed instanceof URLSearchParams) for (const [name, value] of parsed) fields.set(name, value);
  else addFields(fields, parsed, '');
  return fields;
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return new URLSearchParams(body);
  }
}

function addFields(fields: Map<string, string>, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) {
    if (path !== '') fields.set(path, String(value));
    return;
  }
  for (const [name, part] of Object.entries(value))
    addFields(fields, part, path === '' ? name : `${path}.${name}`);
}

/** What no close needs: consents, and changes of what the account may borrow. */
const forbidden = /approve|builder|referr|leverage|margin/i;

/** @returns why these requests are not one plain sale of this amount; undefined if they are. */
export function findFlaw(requests: readonly WireRequest[], amount: Amount): string | undefined {
  const [request] = requests;
  if (request === undefined || requests.length > 1) return `A sale would be ${requests.length} requests`;
  const { method, url, body } = request;
  if (method !== 'POST' && method !== 'GET') return `A sale would be a ${method} request`;
  const word = forbidden.exec(decodeURIComponent(url) + body)?.[0];
  if (word !== undefined) return `A sale would name "${word.toLowerCase()}"`;
  const isNamed = [...readFields(request).values()].some(
    (value) => plainDecimal.test(value) && decimal(value).eq(amount),
  );
  return isNamed ? undefined : `A sale of ${amount} would not name that amount`;
}
