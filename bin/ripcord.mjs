#!/usr/bin/env node
/**
 * The command `ripcord`. In a clone it runs the sources, and never a built package, which may be older than they are.
 * The npm package has no sources: there it runs what bin/package/build.ts built. This file runs on Node 20.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('ripcord.ts', import.meta.url));
const built = new URL('../dist/package/ripcord.mjs', import.meta.url);
/** Runs TypeScript without a build. `npm ci` installs it. */
const installedNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const isInstalledVersion = Number.parseInt(process.versions.node, 10) >= 24;

if (!existsSync(sources)) await import(built.href);
else if (isInstalledVersion) await import(sources);
else if (existsSync(installedNode)) runSources();
else {
  process.stderr.write('ripcord: Node 24 is not installed in this clone. Nothing was run. Run: npm ci\n');
  process.exitCode = 1;
}

function runSources() {
  const child = spawn(installedNode, [sources, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its signals to both processes. Other senders reach only this one.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
