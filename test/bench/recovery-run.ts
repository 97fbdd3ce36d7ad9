import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createInvokeAdmin, type InvokeAdmin } from '../../infra/local/invoke-admin.ts';
import type { LocalStack } from '../../infra/local/stack.ts';
import { toOrderId } from '../../infra/simulator/bybit/order-shapes.ts';
import type { Fault, FaultKind } from '../../infra/simulator/core/faults.ts';
import type { Order } from '../../infra/simulator/core/model.ts';
import { type RunningExchange, startSimulatedExchange } from '../../infra/simulator/exchange.ts';
import { type CommandName, type CommandResult, commands } from '../../lib/admin/contract/commands.ts';
import { writeSteering } from '../faults/fault-control.ts';

/** Where a position is. */
export interface Venue {
  name: string;
  exchange: 'binance' | 'binanceusdm' | 'bybit';
  market: 'spot' | 'usdm';
  orderPath: string;
}

/** What becomes of a close order: a fault of the exchange, or a point at which the hit's process is killed. */
export type Scenario = { name: string } & ({ fault: FaultKind } | { killedAt: 'claimed' | 'after-send' });

/** A position with a close link, about to be hit. */
interface Staged {
  exchange: RunningExchange;
  positionId: string;
  /** The link's path. */
  path: string;
}

const balances = { spot: { USDT: '100000', ETH: '5' }, usdm: { USDT: '100000' } };
/** How often the position is read. A time is too long by at most as much. */
const pollMs = 200;
const patienceMs = 4 * 60_000;
let accounts = 0;

/**
 * Stages one position, waits for `at`, hits its link.
 * @param folder For a process of its own, beside the stack's folder.
 * @returns milliseconds from the hit to the recorded outcome.
 */
export async function measureOnce(
  stack: LocalStack,
  folder: string,
  venue: Venue,
  scenario: Scenario,
  at: number,
): Promise<number> {
  const admin = createInvokeAdmin(stack.lambdas.admin);
  const staged = await stage(admin, venue);
  const killed =
    'killedAt' in scenario ? await startVictim(stack, folder, staged, scenario.killedAt) : undefined;
  try {
    if ('fault' in scenario) {
      const match = { method: 'POST', path: venue.orderPath };
      staged.exchange.core.addFault({ ...scenario.fault, match } as Fault);
    }
    await wait(Math.max(0, at - Date.now()));
    const hitAt = Date.now();
    const hit = fetch(new URL(staged.path, killed?.url ?? stack.url), { method: 'POST' }).catch(
      () => undefined,
    );
    await (killed === undefined ? hit : killed.dies());
    for (;;) {
      // A read that fails on a busy machine is repeated.
      const read = await admin('positions.get', { positionId: staged.positionId });
      if (read.ok && commands['positions.get'].result.parse(read.result).position.status === 'closed')
        return Date.now() - hitAt;
      if (Date.now() - hitAt > patienceMs) {
        process.stderr.write(`not closed: ${JSON.stringify(read)}\n`);
        return Number.POSITIVE_INFINITY;
      }
      await wait(pollMs);
    }
  } finally {
    killed?.child.kill('SIGKILL');
    await staged.exchange.stop();
  }
}

async function ask<Name extends CommandName>(
  admin: InvokeAdmin,
  command: Name,
  input: Record<string, unknown>,
): Promise<CommandResult<Name>> {
  const answer = await admin(command, input);
  if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
  return commands[command].result.parse(answer.result) as CommandResult<Name>;
}

/** Each position has an exchange of its own, so that no fault meets another's order. */
async function stage(admin: InvokeAdmin, venue: Venue): Promise<Staged> {
  const exchange = await startSimulatedExchange();
  const { core } = exchange;
  accounts += 1;
  const name = `trader-${accounts}`;
  const keys = { apiKey: `key-of-${name}`, secret: `secret-of-${name}` };
  core.addAccount({ ...keys, balances });
  const entry = core.placeOrder({
    apiKey: keys.apiKey,
    market: venue.market,
    symbol: 'ETHUSDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'GTC',
    amount: '1',
    price: '2900',
  }) as Order;
  core.fill({ orderId: entry.id });
  const account = { exchange: venue.exchange, ...keys, baseUrl: exchange.url };
  await ask(admin, 'accounts.add', { name, account });
  const { position } = await ask(admin, 'positions.adopt', {
    account: name,
    symbol: venue.market === 'spot' ? 'ETH/USDT' : 'ETH/USDT:USDT',
    side: 'long',
    entryOrderIds: [venue.exchange === 'bybit' ? toOrderId(entry) : String(entry.id)],
  });
  const { positionId } = position;
  const { url } = await ask(admin, 'links.create', { positionId, action: 'close' });
  return { exchange, positionId, path: new URL(url).pathname };
}

interface Victim {
  child: ChildProcess;
  url: string;
  /** Ends when the process has been killed at its point. */
  dies(): Promise<void>;
}

/** Starts a process with the same table that runs the hit up to a point. */
async function startVictim(
  stack: LocalStack,
  folder: string,
  { positionId }: Staged,
  point: 'claimed' | 'after-send',
): Promise<Victim> {
  // The same keys as in the stack.
  await mkdir(folder, { recursive: true });
  await copyFile(join(folder, '..', 'stack', 'accounts.json'), join(folder, 'accounts.json'));
  const steering = join(folder, 'steering.json');
  await writeSteering(steering, { aheadMs: 0, stop: { process: positionId, point } });
  const program = fileURLToPath(new URL('../faults/stack-process.ts', import.meta.url));
  const words = [
    '--name',
    positionId,
    '--data',
    folder,
    '--steering',
    steering,
    '--table',
    stack.tableEndpoint,
  ];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const ready = Promise.withResolvers<string>();
  const reached = Promise.withResolvers<void>();
  lines.on('line', (line) => {
    if (line.startsWith('ready ')) ready.resolve(line.slice('ready '.length));
    if (line.startsWith('reached ')) reached.resolve();
  });
  return {
    child,
    url: await ready.promise,
    async dies() {
      await reached.promise;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}
