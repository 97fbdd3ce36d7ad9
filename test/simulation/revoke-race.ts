import { isActor, makePlan, type Plan, type PlannedEvent } from './plan.ts';
import { Random } from './random.ts';

/** A hit and a revocation take about 20 ms at the table each, so within this time they overlap. */
const windowMs = 30;
/** After TradingView would send again. */
const resendMs = 5_000;

/**
 * A link is hit and revoked at the same time. The seed decides the position, as in every plan. One plan in three also
 * has crashes, pauses and lost responses.
 */
export function makeRevokeRace(seed: number): Plan {
  const plan = makePlan(seed);
  const random = new Random(seed ^ 0x2545f491);
  const skew = () => random.between(-1_000, 1_000);
  const hit = (at: number): PlannedEvent => ({ at, kind: 'hit', link: 0, skewMs: skew() });
  const events: PlannedEvent[] = [
    hit(random.between(0, windowMs)),
    { at: random.between(0, windowMs), kind: 'revoke', link: 0, skewMs: skew() },
    ...(random.chance(0.5) ? [hit(random.between(0, windowMs))] : []),
    ...(random.chance(0.3) ? [hit(resendMs)] : []),
    // What the market does meanwhile stays; nothing else touches the position.
    ...plan.events.filter((event) => !isActor(event) && event.at < resendMs),
  ];
  events.sort((a, b) => a.at - b.at);
  const actors = events.filter(isActor).length;
  const faults =
    seed % 3 === 0 ? plan.faults.map((fault) => ({ ...fault, actor: fault.actor % actors })) : [];
  return { ...plan, links: [random.pick(['close', 'close', 'keep'])], events, faults };
}
