import { isActor, type Plan } from './plan.ts';
import { runPlan } from './run-plan.ts';

/** @returns the smallest plan, got by taking things away one at a time, that still breaks a promise. */
export async function shrink(plan: Plan): Promise<Plan> {
  let least = plan;
  for (let smaller: Plan | undefined = least; smaller !== undefined; ) {
    smaller = undefined;
    for (const candidate of withoutOne(least)) {
      const { violations } = await runPlan(candidate);
      if (violations.length === 0) continue;
      smaller = candidate;
      break;
    }
    if (smaller !== undefined) least = smaller;
  }
  return least;
}

function without<Item>(items: Item[], index: number): Item[] {
  return items.filter((_, at) => at !== index);
}

function* withoutOne(plan: Plan): Generator<Plan> {
  for (const index of plan.faults.keys()) yield { ...plan, faults: without(plan.faults, index) };
  for (const index of plan.events.keys()) yield withoutEvent(plan, index);
  for (const [index, event] of plan.events.entries())
    if ('version' in event && event.version !== undefined)
      yield { ...plan, events: plan.events.with(index, { ...event, version: undefined }) };
  if (plan.lagsMs.some((lag) => lag > 0)) yield { ...plan, lagsMs: [] };
  if (plan.exchangeSkewMs !== 0) yield { ...plan, exchangeSkewMs: 0 };
  if (plan.liquidity !== undefined) yield { ...plan, liquidity: undefined };
  if (plan.feePerMille > 0) yield { ...plan, feePerMille: 0 };
  if (plan.exitOrders.length > 0) yield { ...plan, exitOrders: plan.exitOrders.slice(0, -1) };
  if (plan.entryOrders.length > 1) yield { ...plan, entryOrders: plan.entryOrders.slice(0, -1) };
}

/** Taking an actor away moves the numbers of those after it, in the faults too. */
function withoutEvent(plan: Plan, index: number): Plan {
  const event = plan.events[index];
  const events = without(plan.events, index);
  if (event === undefined || !isActor(event)) return { ...plan, events };
  const actor = plan.events.slice(0, index).filter(isActor).length;
  const faults = plan.faults
    .filter((fault) => fault.actor !== actor)
    .map((fault) => (fault.actor > actor ? { ...fault, actor: fault.actor - 1 } : fault));
  return { ...plan, events, faults };
}
