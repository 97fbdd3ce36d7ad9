import { expect, it } from 'vitest';
import { createConsole } from '../../console/server/console.ts';
import { send, serve } from '../infra/loopback/running-server.ts';

type Options = NonNullable<Parameters<typeof send>[1]>;

/** A console before a function that writes down what it is asked. */
async function start() {
  const asked: string[] = [];
  const announced: string[] = [];
  const console = createConsole(
    async (command) => {
      asked.push(command);
      return { ok: true, result: {} };
    },
    (address) => announced.push(address),
  );
  const { url } = await serve(console.handle);
  const visit = (address: string, headers: Record<string, string> = {}) =>
    send(url, { path: address.slice(url.length), headers: { host: new URL(url).host, ...headers } });
  return { url, asked, announced, address: console.addressAt(url), visit };
}

/** A console with one browser let in. */
async function enter() {
  const started = await start();
  const [cookie = ''] = (await started.visit(started.address)).headers['set-cookie'] ?? [];
  const headers = { host: new URL(started.url).host, cookie: cookie.split(';')[0] ?? '' };
  const command = (name: string, options: { headers?: Record<string, string>; body?: string } = {}) =>
    send(started.url, {
      method: 'POST',
      path: '/console/command',
      headers: { ...headers, origin: started.url, 'content-type': 'application/json', ...options.headers },
      body: options.body ?? JSON.stringify({ command: name }),
    });
  const get = (path: string, options: Options = {}) =>
    send(started.url, { path, ...options, headers: { ...headers, ...options.headers } });
  return { ...started, cookie, command, get };
}

it('lets in the first browser that opens its address, by a cookie for itself alone, and takes the key out of sight', async () => {
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

it('lets nobody in with an address that was used, a wrong one or none', async () => {
  const { url, address, visit, announced } = await start();
  await visit(address);
  for (const other of [address, `${url}/?key=`, `${url}/?key=${'A'.repeat(43)}`]) {
    const refused = await visit(other);
    expect(refused.status).toBe(401);
    expect(refused.headers).not.toHaveProperty('set-cookie');
    expect(refused.body).toContain('This address has been used');
  }
  expect(await visit(`${url}/`)).toMatchObject({ status: 303, headers: { location: '/console/' } });
  expect(await visit(`${url}/console/`)).toMatchObject({
    status: 401,
    body: expect.stringContaining('Locked'),
  });
  expect(await visit(announced[0] ?? '')).toMatchObject({ status: 303 });
});

it('keeps its key from a browser that only fetches ahead', async () => {
  const { address, visit } = await start();
  expect(await visit(address, { 'sec-purpose': 'prefetch;prerender' })).toMatchObject({ status: 401 });
  expect((await visit(address)).headers).toHaveProperty('set-cookie');
});

it('serves page and bundle to the session alone, and lets them load nothing from elsewhere', async () => {
  const { get } = await enter();
  const page = await get('/console/');
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  expect(page.body).not.toMatch(/https?:|<script>|\s(style|on\w+)=/);
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
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
  for (const path of ['/console/app.css', '/console/icon.svg', '/console/inter-latin-wght-normal.woff2'])
    expect(await get(path, { headers: { cookie: '' } })).toMatchObject({ status: 200 });
  for (const path of ['/console/console.ts', '/console/../package.json', '/console/page/main.tsx'])
    expect(await get(path)).toMatchObject({ status: 404 });
});

it('hands on what its own page asks', async () => {
  const { command, asked } = await enter();
  expect(await command('positions.list')).toMatchObject({ status: 200, body: '{"ok":true,"result":{}}' });
  expect(asked).toEqual(['positions.list']);
});

it.each([
  ['no origin', { origin: '' }],
  ['another site', { origin: 'https://example.com', 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-site' }],
  ['a page that says one thing and a browser that says another', { 'sec-fetch-site': 'cross-site' }],
  ['a form', { 'content-type': 'text/plain' }],
  ['a form that is none', { 'content-type': 'application/x-www-form-urlencoded' }],
])('hands on nothing from %s', async (_who, headers) => {
  const { command, asked } = await enter();
  expect(await command('links.pause', { headers })).toMatchObject({ status: 403 });
  expect(asked).toEqual([]);
});

it('hands on nothing without a session', async () => {
  const { command, asked, cookie } = await enter();
  for (const other of ['', `${cookie.slice(0, 20)}x`, cookie.replace(/-\d+=/, '-1=')])
    expect(await command('links.pause', { headers: { cookie: other } })).toMatchObject({
      status: 401,
      body: expect.stringContaining('"locked"'),
    });
  expect(asked).toEqual([]);
});

it.each(['evil.example', 'evil.example:8787', '127.0.0.1.evil.example'])(
  'answers nothing where a page has had the name %j resolved to this machine',
  async (host) => {
    const { command, get, visit, announced, asked } = await enter();
    const origin = `http://${host}`;
    expect(await command('links.pause', { headers: { host, origin } })).toMatchObject({ status: 403 });
    expect(await get('/console/', { headers: { host } })).toMatchObject({ status: 403 });
    expect(await visit(announced[0] ?? '', { host })).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  },
);

it('hands on only what the page needs, and never credentials', async () => {
  const { command, asked } = await enter();
  for (const name of ['accounts.add', 'accounts.remove', 'positions.closeAll', 'toString', '__proto__'])
    expect(await command(name)).toMatchObject({ status: 403, body: expect.stringContaining('command line') });
  expect(asked).toEqual([]);
});

it('refuses what is no command, or too long for one', async () => {
  const { command, asked } = await enter();
  for (const body of ['', '{', '[]', '{"command":1}', JSON.stringify({ command: 'a'.repeat(70_000) })])
    expect(await command('', { body })).toMatchObject({ status: 400 });
  expect(asked).toEqual([]);
});
