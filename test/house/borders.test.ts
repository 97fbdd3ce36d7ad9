import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { cruise, format, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterEach, expect, it } from 'vitest';

/** The project's own rules. Their paths are relative to the folder that is cruised. */
const options = await extractDepcruiseOptions(
  new URL('../../.dependency-cruiser.mjs', import.meta.url).pathname,
);

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

const packages = ['@aws-sdk/client-dynamodb', '@aws-sdk/client-sns', '@aws-sdk/client-ssm', 'ccxt', 'vitest'];

/** A tree that keeps every rule: each room imports the room below it. */
const cleanTree: Record<string, string> = {
  'package.json': JSON.stringify({
    dependencies: Object.fromEntries(packages.filter((name) => name !== 'vitest').map((name) => [name, '*'])),
    devDependencies: { vitest: '*' },
  }),
  ...Object.fromEntries(
    packages.flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' })],
      [`node_modules/${name}/index.js`, 'module.exports = {};\n'],
    ]),
  ),
  'lib/amount.ts': 'export const amount = 1;\n',
  'lib/account/account.ts': imports('../amount.ts'),
  'lib/account/ssm-accounts.ts': imports('@aws-sdk/client-ssm', './account.ts'),
  'lib/exchange/exchange.ts': imports('../account/account.ts'),
  'lib/exchange/ccxt/ccxt-exchange.ts': imports('ccxt', '../exchange.ts'),
  'lib/store/dynamo-store.ts': imports('@aws-sdk/client-dynamodb', '../exchange/exchange.ts'),
  'lib/services.ts': imports('./store/dynamo-store.ts', './exchange/ccxt/ccxt-exchange.ts'),
  'lib/notify/sns-notifier.ts': imports('@aws-sdk/client-sns', '../services.ts'),
  'lib/admin/contract/commands.ts': imports('../../notify/sns-notifier.ts'),
  'lib/admin/dispatch.ts': imports('./contract/commands.ts', '../account/ssm-accounts.ts'),
  'functions/admin.ts': imports('../lib/admin/dispatch.ts'),
  'infra/local/stack.ts': imports('../../functions/admin.ts'),
  'console/server/console.ts': imports('../../lib/admin/contract/commands.ts'),
  'bin/start.ts': imports('../infra/local/stack.ts', '../console/server/console.ts'),
};

function imports(...specifiers: string[]): string {
  return `${specifiers.map((specifier) => `import '${specifier}';\n`).join('')}export const planted = 1;\n`;
}

/** Cruises the clean tree with some files added or replaced. @returns broken rules, and what is printed of them. */
async function check(planted: Record<string, string>): Promise<{ rules: string[]; printed: string }> {
  const root = await mkdtemp(join(tmpdir(), 'ripcord-borders-'));
  folders.push(root);
  const files = Object.entries({ ...cleanTree, ...planted });
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const rooms = [...new Set(files.map(([path]) => path.split('/')[0] ?? ''))];
  const roots = rooms.filter((room) => room !== 'node_modules' && room !== 'package.json');
  const { output } = await cruise(roots, { ...options, baseDir: root });
  const result = output as ICruiseResult;
  const report = await format(result, { outputType: 'err' });
  const printed = stripVTControlCharacters(String(report.output))
    .split('\n')
    .filter((line) => /^\s+(error|lib|functions|infra|console|bin|test|node_modules)\b/.test(line))
    .map((line) => line.trim());
  const rules = result.summary.violations.map(({ rule }) => rule.name);
  return { rules: [...new Set(rules)], printed: printed.join('\n  ') };
}

/** A file in a lower room that imports a file in a higher room. */
function upward(low: string, high: string): Record<string, string> {
  const lowFile = low.endsWith('.ts') ? low : `${low}/low.ts`;
  const highFile = high.endsWith('.ts') ? high : `${high}/high.ts`;
  const up = '../'.repeat(lowFile.split('/').length - 1);
  return { [lowFile]: imports(`${up}${highFile}`), [highFile]: imports() };
}

/** One violation of every rule. */
const violations: Record<string, Record<string, string>> = {
  'lib-imports-upward': upward('lib/trigger', 'functions/http'),
  'functions-imports-upward': upward('functions', 'infra/loopback'),
  'infra-imports-upward': upward('infra/local', 'console/server'),
  'console-imports-upward': upward('console/server', 'bin/commands'),
  'bin-imports-upward': upward('bin/start.ts', 'test'),
  'lib-account-imports-upward': upward('lib/account', 'lib/link'),
  'lib-exchange-imports-upward': upward('lib/exchange', 'lib/position'),
  'lib-position-imports-upward': upward('lib/position', 'lib/store'),
  'lib-link-imports-upward': upward('lib/link', 'lib/admin'),
  'lib-health-imports-upward': upward('lib/health', 'lib/store'),
  'lib-store-imports-upward': upward('lib/store', 'lib/close'),
  'lib-services-imports-upward': upward('lib/services.ts', 'lib/trigger'),
  'lib-notify-imports-upward': upward('lib/notify', 'lib/sweep'),
  'lib-exits-imports-upward': upward('lib/exits', 'lib/close'),
  'lib-close-imports-upward': upward('lib/close', 'lib/trigger'),
  'lib-sync-imports-upward': upward('lib/sync', 'lib/trigger'),
  'lib-strategy-imports-upward': upward('lib/strategy', 'lib/trigger'),
  'lib-trigger-imports-upward': upward('lib/trigger', 'lib/sweep'),
  'lib-sweep-imports-upward': upward('lib/sweep', 'lib/admin'),
  'lib-ground-imports-upward': upward('lib/log.ts', 'lib/account'),
  'infra-loopback-imports-upward': upward('infra/loopback', 'infra/simulator'),
  'infra-simulator-imports-upward': upward('infra/simulator', 'infra/local'),
  'infra-local-imports-upward': upward('infra/local', 'infra/stack'),
  'infra-bundle-imports-upward': upward('infra/bundle', 'infra/stack'),
  'infra-deploys': upward('infra/stack', 'functions'),
  'package-builds': { 'bin/package/build.ts': imports('../../functions/admin.ts') },
  'package-is-on-top': { 'bin/start.ts': imports('./package/build.ts'), 'bin/package/build.ts': '' },
  'bin-speaks-the-contract': upward('bin', 'lib/close'),
  'console-server-relays': upward('console/server', 'lib/close'),
  'console-app-knows-types-only': upward('console/app', 'lib/admin/contract'),
  'dynamodb-behind-its-port': { 'lib/close/close.ts': imports('@aws-sdk/client-dynamodb') },
  'ccxt-behind-its-port': { 'lib/close/close.ts': imports('ccxt') },
  'ssm-behind-its-port': { 'lib/close/close.ts': imports('@aws-sdk/client-ssm') },
  'sns-behind-its-port': { 'lib/close/close.ts': imports('@aws-sdk/client-sns') },
  'no-file-cycle': {
    'lib/close/a.ts': imports('./b.ts'),
    'lib/close/b.ts': imports('./a.ts'),
  },
  'no-folder-cycle': {
    'lib/close/a/one.ts': imports('../b/one.ts'),
    'lib/close/b/one.ts': imports(),
    'lib/close/b/two.ts': imports('../a/two.ts'),
    'lib/close/a/two.ts': imports(),
  },
  'no-orphan': { 'lib/close/close.ts': imports() },
  'not-to-unresolvable': { 'lib/close/close.ts': imports('./missing.ts') },
  'deployed-code-has-few-dependencies': { 'lib/close/close.ts': imports('vitest') },
};

it('accepts a tree that keeps the borders', async () => {
  expect(await check({})).toEqual({ rules: [], printed: '' });
});

it.each(Object.entries(violations))('refuses a violation of %s', async (rule, planted) => {
  expect((await check(planted)).rules).toEqual([rule]);
});

it('plants a violation of every rule there is', () => {
  const rules = options.ruleSet?.forbidden?.map(({ name }) => name);
  expect(rules?.sort()).toEqual(Object.keys(violations).sort());
});

it('names rule, file and import for each violation', async () => {
  const lines: string[] = [];
  for (const [rule, planted] of Object.entries(violations))
    lines.push(`${rule}\n  ${(await check(planted)).printed}\n`);
  await expect(lines.join('\n')).toMatchFileSnapshot('borders.txt');
});
