import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  commands,
} from '../../../lib/admin/contract/commands.ts';
import type { Lambda } from '../lambda.ts';
import type { DemoPosition } from './demo-orders.ts';

/** Hands the demo's positions to the admin function, leaving out those that it has from an earlier try. */
export async function adoptDemoPositions(
  admin: Lambda,
  account: string,
  positions: readonly DemoPosition[],
): Promise<void> {
  const listed = await ask(admin, 'positions.list', { account });
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
    await ask(admin, 'positions.adopt', { ...input, ...(exitOrderIds.length > 0 && { exitOrderIds }) });
  }
}

/** @returns how many positions are not over, or undefined where that can't be told; the function's log says why. */
export async function countOpenPositions(admin: Lambda): Promise<number | undefined> {
  try {
    return commands['positions.list'].result.parse(await ask(admin, 'positions.list', { open: true }))
      .positions.length;
  } catch {
    return undefined;
  }
}

async function ask<Name extends CommandName>(
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
