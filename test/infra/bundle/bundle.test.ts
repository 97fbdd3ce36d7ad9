import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BundleSize, bundleFunctions, functionNames } from '../../../infra/bundle/bundle.ts';
import { lambdaClientPath } from '../../../infra/bundle/lambda-client.ts';
import { exchangeIdSchema, toParent } from '../../../lib/account/account.ts';

const run = promisify(execFile);

/** What the stack sets and Lambda adds, and nothing else from this process's environment. */
const env = {
  AWS_REGION: 'eu-west-1',
  RIPCORD_TABLE: 'ripcord',
  RIPCORD_ACCOUNTS: 'ssm:/ripcord/accounts',
  RIPCORD_BASE_URL: 'https://links.example.org',
};

/** Runs code in its own process, in a folder without this project's dependencies. @returns its output, parsed. */
async function runInNode(source: string, cwd: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', source], { cwd, env });
  return JSON.parse(stdout);
}

describe('the bundles of an entry that calls an exchange', () => {
  let out: string;
  let sizes: BundleSize[];

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'ripcord-bundle-'));
    sizes = await bundleFunctions({ entries: join(import.meta.dirname, 'entries'), out });
  });
  afterAll(() => rm(out, { recursive: true }));

  const index = () => JSON.stringify(pathToFileURL(join(out, 'trigger', 'index.mjs')).href);

  test('export a handler', async () => {
    const source = `import { handler } from ${index()}; console.log(JSON.stringify(typeof handler));`;
    expect(await runInNode(source, out)).toBe('function');
  });

  test('leave the exchanges out of the cold start', async () => {
    for (const { exchanges } of sizes) expect(exchanges.binance).toBeGreaterThan(400_000);
    const files = await readdir(join(out, 'trigger', 'exchanges'));
    expect(files).toEqual(
      expect.arrayContaining(exchangeIdSchema.options.map((id) => `${toParent(id)}.mjs`)),
    );
  });

  test.each([
    { exchange: 'binance', method: 'privateGetAccount', header: 'x-mbx-apikey' },
    { exchange: 'binanceusdm', method: 'privateGetAccount', header: 'x-mbx-apikey' },
    { exchange: 'bybit', method: 'privateGetV5UserQueryApi', header: 'x-bapi-api-key' },
    { exchange: 'okx', method: 'privateGetAccountConfig', header: 'ok-access-key' },
    { exchange: 'kucoin', method: 'privateGetUserApiKey', header: 'kc-api-key', code: '200000' },
    { exchange: 'bitget', method: 'privateSpotGetV2SpotAccountInfo', header: 'access-key', code: '00000' },
    { exchange: 'gate', method: 'privateAccountGetDetail', header: 'key' },
    { exchange: 'kraken', method: 'privatePostGetApiKeyInfo', header: 'api-key' },
    // By ccxt's own signature, for which the venue has a token.
    { exchange: 'coinbase', method: 'v3PrivateGetBrokerageKeyPermissions', header: 'cb-access-key' },
  ])('make a signed HTTP call to $exchange', async ({ exchange, method, header, code = '0' }) => {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      requests.push(request);
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ retCode: 0, code, canTrade: true, error: [] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const result = await runInNode(
        `import { handler } from ${index()};
         console.log(JSON.stringify(await handler(${JSON.stringify({ exchange, method, baseUrl })})));
         process.exit();`,
        out,
      );
      expect(result).toMatchObject({ id: exchange, answer: { canTrade: true } });
      expect(requests).toHaveLength(1);
      expect(requests[0]?.headers[header]).toBe('key');
      const { url, headers } = requests[0] as IncomingMessage;
      const signature = Object.entries(headers).find(([name]) => /(^|-)sign$/.test(name))?.[1] ?? url;
      expect(signature).toMatch(/[0-9a-f]{64}|^[\w+/]{43}=$|^[\w+/]{86}==$/);
    } finally {
      server.close();
    }
  });

  test('share Binance between its two markets', () => {
    for (const { exchanges } of sizes) {
      expect(
        Math.abs((exchanges.binanceusdm ?? Number.NaN) - (exchanges.binance ?? Number.NaN)),
      ).toBeLessThan(5_000);
    }
  });
});

describe('the bundles of the functions', () => {
  let out: string;
  let sizes: BundleSize[];

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'ripcord-functions-'));
    sizes = await bundleFunctions({ out });
  });
  afterAll(() => rm(out, { recursive: true }));

  test.each(functionNames)('load and export a handler: %s', async (name) => {
    const index = JSON.stringify(pathToFileURL(join(out, name, 'index.mjs')).href);
    const source = `import { handler } from ${index}; console.log(JSON.stringify(typeof handler)); process.exit();`;
    expect(await runInNode(source, out)).toBe('function');
  });

  test("require Node's own modules", async () => {
    for (const name of functionNames) {
      for (const file of await readdir(join(out, name), { recursive: true })) {
        if (!file.endsWith('.mjs')) continue;
        const source = await readFile(join(out, name, file), 'utf8');
        const imported = [...source.matchAll(/\b(?:from|import)\s*\(?\s*["']([\w:/]+)["']/g)];
        expect(imported.filter(([, module = '']) => isBuiltin(module))).toEqual([]);
      }
    }
  });

  test('have a Lambda client that no cold start loads', async () => {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(202).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const settings = {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    const client = JSON.stringify(pathToFileURL(join(out, 'trigger', lambdaClientPath)).href);
    const command = JSON.stringify({ FunctionName: 'ripcord-sweep', InvocationType: 'Event' });
    const source = `import { InvokeCommand, LambdaClient } from ${client};
      const client = new LambdaClient(${JSON.stringify(settings)});
      const { StatusCode } = await client.send(new InvokeCommand(${command}));
      console.log(StatusCode);
      process.exit();`;
    try {
      expect(await runInNode(source, out)).toBe(202);
      expect(requests).toMatchObject([{ url: '/2015-03-31/functions/ripcord-sweep/invocations' }]);
    } finally {
      server.close();
    }
    for (const name of ['trigger', 'admin']) {
      const index = await readFile(join(out, name, 'index.mjs'), 'utf8');
      expect(index).toContain(`import("${lambdaClientPath}")`);
    }
  });

  // The target is 1.2 MB. The lower limit keeps what is gained already.
  test('keep one cold start of the trigger with one exchange under 1 MB', () => {
    const trigger = sizes.find(({ name }) => name === 'trigger');
    for (const exchange of exchangeIdSchema.options) {
      expect((trigger?.start ?? 0) + (trigger?.exchanges[exchange] ?? Number.NaN)).toBeLessThan(1_000_000);
    }
  });
});

test('The build fails if a bundle requires a module that is neither bundled nor part of Node', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ripcord-bundle-'));
  const entry = "try { require('not-installed'); } catch {}\nexport const handler = 1;";
  try {
    for (const name of functionNames) await writeFile(join(folder, `${name}.ts`), entry);
    const built = bundleFunctions({ entries: folder, out: join(folder, 'out') });
    await expect(built).rejects.toThrow('requires not-installed');
  } finally {
    await rm(folder, { recursive: true });
  }
});
