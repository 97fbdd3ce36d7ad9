import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  commands,
} from '../../../lib/admin/contract/commands.ts';
import type { Lambda } from '../lambda.ts';
import type { DemoPosition } from './demo-orders.ts';

/** Adopts the demo's positions, except those that an earlier start has adopted. */
export async function adoptDemoPositions(
  admin: Lambda,
  account: string,
  positions: readonly DemoPosition[],
): Promise<void> {
  const listed = await run(admin, 'positions.list', { account });
  const known = new Set(
    commands['positions.list'].result
      .parse(listed)
      .positions.flatMap((position) =>
        position.entryOrders.map((entry) => `${position.symbol} ${entry.orderId}`),
      ),
  );
  for (const { symbol, label, entryOrderIds, exitOrderIds } of positions) {
    if (entryOrderIds.some((orderId) => known.has(`${symbol} ${orderId}`))) continue;
    const input = { account, symbol, side: 'long' as const, label, entryOrderIds };
    await run(admin, 'positions.adopt', { ...input, ...(exitOrderIds.length > 0 && { exitOrderIds }) });
  }
}

/**
 * Opens a perpetual with targets and a stop, unless an earlier start has opened it: the request id identifies it. SOL is
 * at 150 initially.
 */
export async function openSmartPosition(admin: Lambda, account: string): Promise<void> {
  await run(admin, 'positions.open', {
    requestId: 'demo-smart-position',
    account,
    symbol: 'SOL/USDT:USDT',
    side: 'long',
    type: 'market',
    amount: '20',
    takeProfits: [
      { price: '160', percent: '50' },
      { price: '170', percent: '30' },
      { price: '180', percent: '20' },
    ],
    stopLoss: { price: '142' },
    label: 'Demo: three targets and a stop',
  });
}

/** @returns the number of open positions, or undefined if the admin function fails; it logs the reason. */
export async function countOpenPositions(admin: Lambda): Promise<number | undefined> {
  try {
    return commands['positions.list'].result.parse(await run(admin, 'positions.list', { open: true }))
      .positions.length;
  } catch {
    return undefined;
  }
}

async function run<Name extends CommandName>(
  admin: Lambda,
  command: Name,
  input: CommandInput<Name>,
): Promise<unknown> {
  const invocation = await admin.invoke({ command, ...input });
  if (invocation.kind === 'failed') throw new Error(`${command} failed: ${invocation.errorMessage}`);
  const answer = adminAnswerSchema.parse(JSON.parse(invocation.payload));
  if (answer.ok) return answer.result;
  throw new Error(`${command}: ${[answer.error.message, ...answer.error.issues].join(' ')}`);
}
