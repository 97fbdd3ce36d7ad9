import { readdir, readFile } from 'node:fs/promises';
import type { Exchange as CcxtClient } from 'ccxt';
import { describe, expect, test } from 'vitest';
import { exchangeIdSchema, toParent } from '../../../../lib/account/account.ts';
import { type CcxtClass, loadCcxt } from '../../../../lib/exchange/ccxt/ccxt-loader.ts';
import { loadLeanCcxt } from '../../../../lib/exchange/ccxt/lean-ccxt.ts';

const root = new URL('../../../../', import.meta.url);

type Methods = Record<string, (...parameters: unknown[]) => Promise<unknown>>;

const parameters = { symbol: 'ETHUSDT' };

/** @returns ccxt's own class, and the names of the methods that it has made for endpoints. */
function watchEndpoints(Original: CcxtClass): [Watched: CcxtClass, names: Set<string>] {
  const names = new Set<string>();
  class Watched extends Original {
    override defineRestApi(...branch: Parameters<CcxtClient['defineRestApi']>): void {
      const before = new Map(Object.entries(this));
      super.defineRestApi(...branch);
      for (const [name, value] of Object.entries(this)) if (before.get(name) !== value) names.add(name);
    }
  }
  return [Watched, names];
}

/** A client that returns what it would request. */
function createClient(Class: CcxtClass): CcxtClient {
  const client = new Class({ apiKey: 'key', secret: 'secret' });
  client.request = async (...request: unknown[]) => request;
  return client;
}

async function load(id: (typeof exchangeIdSchema.options)[number]) {
  const [Watched, endpointNames] = watchEndpoints(await loadCcxt(id));
  return { original: createClient(Watched), lean: createClient(await loadLeanCcxt(id)), endpointNames };
}

function read(client: CcxtClient, name: string): unknown {
  return (client as unknown as Record<string, unknown>)[name];
}

/** @returns the names that are read of a client in ccxt's sources of the supported exchanges, and in this project's. */
async function findReadNames(): Promise<Set<string>> {
  const ccxt = new URL('./src/', import.meta.resolve('ccxt'));
  const venues = exchangeIdSchema.options.map((id) => new URL(`${id}.js`, ccxt));
  const own = await readdir(new URL('lib/exchange', root), { recursive: true });
  const files = [
    new URL('base/Exchange.js', ccxt),
    ...venues,
    ...own.filter((path) => path.endsWith('.ts')).map((path) => new URL(`lib/exchange/${path}`, root)),
  ];
  const sources = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\b(?:this|super|client)\.(\w+)/g)].map(([, name]) => name ?? ''),
    ),
  );
}

/** All names that an object has, but for those of every object, and ccxt's accidents such as `[object Object]`. */
function findNames(client: object): string[] {
  const names = new Set<string>();
  for (let each = client; each !== Object.prototype; each = Object.getPrototypeOf(each))
    for (const name of Object.getOwnPropertyNames(each)) names.add(name);
  return [...names].filter((name) => /^\w+$/.test(name));
}

/** Exchanges of one region have the endpoints of their parent, but for Binance US. */
const exchanges = exchangeIdSchema.options.filter((id) => toParent(id) === id || id === 'binanceus');

describe.each(exchanges)("A lean client of %s is like ccxt's own:", (id) => {
  test('every method of an endpoint requests the same', async () => {
    const { original, lean, endpointNames } = await load(id);
    // Kraken has the fewest.
    expect(endpointNames.size).toBeGreaterThan(100);
    const call = (client: CcxtClient, name: string) =>
      (client as unknown as Methods)[name]?.(parameters, { cost: 2 });
    for (const name of endpointNames) {
      const request = (await call(original, name)) as unknown[];
      expect(request, name).toContain(parameters);
      expect(await call(lean, name), name).toStrictEqual(request);
    }
  });

  test('it has no method of an endpoint that ccxt has not', async () => {
    const { original, lean, endpointNames } = await load(id);
    for (const name of endpointNames)
      for (const other of [`${name}x`, name.slice(0, -1), name.toUpperCase(), name.replaceAll('_', '')])
        expect(read(lean, other) === undefined, other).toBe(read(original, other) === undefined);
  });

  test('it has the same data', async () => {
    const { original, lean } = await load(id);
    const names = findNames(original).filter((name) => typeof read(original, name) !== 'function');
    expect(names).toEqual(
      expect.arrayContaining(['api', 'urls', 'has', 'options', 'features', 'exceptions']),
    );
    for (const name of names.filter((each) => each !== 'throttler'))
      expect(read(lean, name), name).toEqual(read(original, name));
  });

  test('it lacks only other names of methods, which no code reads', async () => {
    const { original, lean, endpointNames } = await load(id);
    const missing = findNames(original).filter(
      (name) =>
        !endpointNames.has(name) && read(original, name) !== undefined && read(lean, name) === undefined,
    );
    for (const name of missing) expect(name).toMatch(/^[a-z0-9]*_[a-z0-9_]*$/);
    const readNames = await findReadNames();
    expect(readNames).toContain('last_response_headers');
    expect(missing.filter((name) => readNames.has(name))).toEqual([]);
  });
});
