import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createConsole } from '../../console/server/console.ts';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';
import { send, serve } from '../infra/loopback/running-server.ts';

type Options = NonNullable<Parameters<typeof send>[1]>;

/** A console in front of a function that records the commands it receives. */
async function start(sessionFile?: string) {
  const asked: string[] = [];
  const announced: string[] = [];
  const console = createConsole({
    relay: async (command) => {
      asked.push(command);
      return { ok: true, result: {} };
    },
    announce: (address) => announced.push(address),
    place: 'elsewhere',
    ...(sessionFile === undefined ? {} : { sessionFile }),
  });
  const { url } = await serve(console.handle);
  const visit = (address: string, headers: Record<string, string> = {}) =>
    send(url, { path: address.slice(url.length), headers: { host: new URL(url).host, ...headers } });
  return { url, asked, announced, console, address: console.addressAt(url), visit };
}

/** A console with one browser signed in. */
async function enter() {
  const started = await start();
  const [cookie = ''] = (await started.visit(started.address)).headers['set-cookie'] ?? [];
  const headers = { host: new URL(started.url).host, cookie: cookie.split(';')[0] ?? '' };
  const command = (
    name: string,
    options: { headers?: Record<string, string>; body?: string; path?: string } = {},
  ) =>
    send(started.url, {
      method: 'POST',
      path: options.path ?? '/console/command',
      headers: { ...headers, origin: started.url, 'content-type': 'application/json', ...options.headers },
      body: options.body ?? JSON.stringify({ command: name }),
    });
  const get = (path: string, options: Options = {}) =>
    send(started.url, { path, ...options, headers: { ...headers, ...options.headers } });
  return { ...started, cookie, command, get };
}

it('signs in the first browser that opens its address, with a cookie, and removes the key from the address bar', async () => {
  const { url, address, visit, announced } = await start();
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}$/);
  const entered = await visit(address);
  expect(entered).toMatchObject({ status: 303, headers: { location: '/console/' } });
  const port = new URL(url).port;
  expect(entered.headers['set-cookie']).toEqual([
    expect.stringMatching(`^ripcord-${port}=[\\w-]{43}; Path=/console/; HttpOnly; SameSite=Strict$`),
  ]);
  expect(announced).toEqual([expect.stringMatching(/\?key=[\w-]{43}$/)]);
  expect(announced).not.toContain(address);
});

it('signs no browser in with a used, wrong or missing key', async () => {
  const { url, address, visit, announced } = await start();
  await visit(address);
  for (const other of [address, `${url}/?key=`, `${url}/?key=${'A'.repeat(43)}`]) {
    const refused = await visit(other);
    expect(refused).toMatchObject({ status: 303, headers: { location: '/console/used' } });
    expect(refused.headers).not.toHaveProperty('set-cookie');
  }
  expect(await visit(`${url}/console/used`)).toMatchObject({
    status: 401,
    body: expect.stringContaining('This address was already used'),
  });
  expect(await visit(`${url}/`)).toMatchObject({ status: 303, headers: { location: '/console/' } });
  expect(await visit(`${url}/console/`)).toMatchObject({
    status: 401,
    body: expect.stringContaining('Locked'),
  });
  expect(await visit(announced[0] ?? '')).toMatchObject({ status: 303 });
});

it('keeps its key when a browser only prefetches the address', async () => {
  const { address, visit } = await start();
  const prefetched = await visit(address, { 'sec-purpose': 'prefetch;prerender' });
  expect(prefetched.headers).not.toHaveProperty('set-cookie');
  expect((await visit(address)).headers).toHaveProperty('set-cookie');
});

it('leads a browser that is signed in on to the console when its key was used before', async () => {
  const { address, get, url } = await enter();
  const used = await get(address.slice(url.length));
  expect(used).toMatchObject({ status: 303, headers: { location: '/console/used' } });
  expect(await get('/console/used')).toMatchObject({ status: 303, headers: { location: '/console/' } });
});

it('keeps a session when the server restarts, and stores nothing that signs a browser in', async () => {
  const file = join(await temporaryFolder(), 'state', 'sessions.json');
  const before = await start(file);
  const [cookie = ''] = (await before.visit(before.address)).headers['set-cookie'] ?? [];
  const secret = cookie.split(';')[0]?.split('=')[1] ?? '';
  const after = await start(file);
  const name = `ripcord-${new URL(after.url).port}`;
  const open = (value: string) => after.visit(`${after.url}/console/`, { cookie: `${name}=${value}` });
  expect(await open(secret)).toMatchObject({ status: 200 });
  const stored = await readFile(file, 'utf8');
  expect(stored).not.toContain(secret);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const hash of stored.match(/[0-9a-f]{64}/g) ?? ['no hash'])
    expect(await open(hash)).toMatchObject({ status: 401 });
  // The key of the first start is no key of the second.
  expect((await after.visit(`${after.url}/?key=${before.address.split('=')[1]}`)).headers.location).toBe(
    '/console/used',
  );
});

it('starts without sessions when their file is damaged', async () => {
  const file = join(await temporaryFolder(), 'sessions.json');
  await writeFile(file, '{"hash":');
  const { address, visit } = await start(file);
  expect((await visit(address)).headers).toHaveProperty('set-cookie');
});

it('leads from localhost to 127.0.0.1, where the cookie is, with the key unused', async () => {
  const { url, address, visit } = await start();
  const { port } = new URL(url);
  const led = await visit(address, { host: `localhost:${port}` });
  expect(led).toMatchObject({ status: 303, headers: { location: address } });
  expect(await visit(`${url}/console/`, { host: `LOCALHOST:${port}` })).toMatchObject({
    headers: { location: `${url}/console/` },
  });
  expect((await visit(address)).headers).toHaveProperty('set-cookie');
});

it('keeps its key when a link scanner only asks for the headers', async () => {
  const { url, address, visit } = await start();
  const head = await send(url, {
    method: 'HEAD',
    path: address.slice(url.length),
    headers: { host: new URL(url).host },
  });
  expect(head.status).toBe(404);
  expect((await visit(address)).headers).toHaveProperty('set-cookie');
});

it('serves page and bundle only to a session, and lets them load nothing from another origin', async () => {
  const { get } = await enter();
  const page = await get('/console/');
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  expect(page.body).not.toMatch(/https?:|<script>|\s(style|on\w+)=/);
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  expect(await get('/console/app.js')).toMatchObject({ status: 200 });
  for (const path of ['/console/', '/console/app.js'])
    expect(await get(path, { headers: { cookie: 'ripcord-1=x' } })).toMatchObject({ status: 401 });
  for (const path of ['/console/app.css', '/console/icon.svg'])
    expect(await get(path, { headers: { cookie: '' } })).toMatchObject({ status: 200 });
  for (const path of ['/console/console.ts', '/console/../package.json', '/console/page/main.tsx'])
    expect(await get(path)).toMatchObject({ status: 404 });
});

it('passes on commands of its own page', async () => {
  const { command, asked } = await enter();
  expect(await command('positions.list')).toMatchObject({ status: 200, body: '{"ok":true,"result":{}}' });
  expect(asked).toEqual(['positions.list']);
});

it.each([
  ['no origin', { origin: '' }],
  ['another site', { origin: 'https://example.com', 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-site' }],
  ['a page whose origin and fetch site disagree', { 'sec-fetch-site': 'cross-site' }],
  ['a plain-text form', { 'content-type': 'text/plain' }],
  ['a URL-encoded form', { 'content-type': 'application/x-www-form-urlencoded' }],
])('passes on no command from %s', async (_who, headers) => {
  const { command, asked } = await enter();
  expect(await command('links.pause', { headers })).toMatchObject({ status: 403 });
  expect(asked).toEqual([]);
});

it('passes on no command without a session', async () => {
  const { command, asked, cookie } = await enter();
  for (const other of ['', `${cookie.slice(0, 20)}x`, cookie.replace(/-\d+=/, '-1=')])
    expect(await command('links.pause', { headers: { cookie: other } })).toMatchObject({
      status: 401,
      body: expect.stringContaining('"locked"'),
    });
  expect(asked).toEqual([]);
});

it('lets only a page of its own session follow, and ends its stream with the server', async () => {
  const { get, console } = await enter();
  for (const headers of [{ cookie: '' }, { cookie: 'ripcord-1=x' }])
    expect(await get('/console/events', { headers })).toMatchObject({ status: 401 });
  for (const site of ['same-site', 'cross-site', 'none'])
    expect(await get('/console/events', { headers: { 'sec-fetch-site': site } })).toMatchObject({
      status: 403,
    });
  const stream = get('/console/events', { headers: { 'sec-fetch-site': 'same-origin' } });
  setTimeout(() => console.stop(), 200);
  expect(await stream).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    },
    body: expect.stringMatching(/^data: \{/),
  });
});

it.each([
  ['another origin', { origin: 'http://127.0.0.1:9' }],
  ['a form', { 'content-type': 'text/plain' }],
  ['a browser without a session', { cookie: '' }],
])('reads nothing again for %s', async (_who, headers) => {
  const { command, asked } = await enter();
  const { status } = await command('', { path: '/console/refresh', headers, body: '{"read":true}' });
  expect([401, 403]).toContain(status);
  expect(asked).toEqual([]);
});

it.each(['evil.example', 'evil.example:8787', '127.0.0.1.evil.example'])(
  'serves nothing to the foreign name %j that resolves to this machine',
  async (host) => {
    const { command, get, visit, announced, asked } = await enter();
    const origin = `http://${host}`;
    expect(await command('links.pause', { headers: { host, origin } })).toMatchObject({ status: 403 });
    expect(await get('/console/', { headers: { host } })).toMatchObject({ status: 403 });
    expect(await visit(announced[0] ?? '', { host })).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  },
);

it('passes on only the commands that the page needs, and never credentials', async () => {
  const { command, asked } = await enter();
  for (const name of ['accounts.add', 'accounts.remove', 'positions.closeAll', 'toString', '__proto__'])
    expect(await command(name)).toMatchObject({ status: 403, body: expect.stringContaining('command line') });
  expect(asked).toEqual([]);
});

it('refuses bodies that are not a command, or too long for one', async () => {
  const { command, asked } = await enter();
  for (const body of ['', '{', '[]', '{"command":1}', JSON.stringify({ command: 'a'.repeat(70_000) })])
    expect(await command('', { body })).toMatchObject({ status: 400 });
  expect(asked).toEqual([]);
});

it('reads a command that arrives in chunks, and refuses one that is too long', async () => {
  const { command, asked } = await enter();
  const headers = { 'transfer-encoding': 'chunked' };
  expect(await command('links.list', { headers })).toMatchObject({ status: 200 });
  const body = JSON.stringify({ command: 'a'.repeat(70_000) });
  expect(await command('', { headers, body })).toMatchObject({ status: 400 });
  expect(asked).toEqual(['links.list']);
});

it('refuses a host that is no name at all, and uses up no key for it', async () => {
  const { address, visit } = await start();
  expect(await visit(address, { host: 'a b' })).toMatchObject({ status: 400 });
  expect((await visit(address)).headers).toHaveProperty('set-cookie');
});

it('answers 500 without a reason and logs one line if a command fails unexpectedly', async () => {
  const failing = createConsole({
    relay: async () => {
      throw new Error('the secret reason');
    },
    announce: () => undefined,
    place: 'elsewhere',
  });
  const { url, lines } = await serve(failing.handle);
  const headers = { host: new URL(url).host };
  const entered = await send(url, { path: failing.addressAt(url).slice(url.length), headers });
  const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const answer = await send(url, {
    method: 'POST',
    path: '/console/command',
    headers: { ...headers, cookie, origin: url, 'content-type': 'application/json' },
    body: '{"command":"links.list"}',
  });
  expect(answer).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(lines).toEqual(['A request failed: Error: the secret reason']);
});
