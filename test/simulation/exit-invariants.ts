import { type Evidence, isOutside } from './invariants.ts';
import { type ModelBook, toText } from './model-exchange.ts';

/** @returns the live exits that only reduce and could together take more than what remains. */
export function findLarger(book: ModelBook): string[] {
  if (!book.plan.exitsOnlyReduce) return [];
  const live = book.of('exit').filter((order) => order.live);
  const open = live.reduce((total, { amount, filled }) => total + amount - filled, 0);
  return open > book.positionLeft() ? live.map(({ orderId }) => orderId) : [];
}

/** 14. Once a part is closed and the sweeps have run, no exits that only reduce could take more than what remains. */
export function exitsTakeNoMore({ book, plan, position }: Evidence): string[] {
  const isActive = ['open', 'kept', 'failed'].includes(position?.state ?? '');
  const isPart = [...book.of('close'), ...book.of('exit')].some((order) => order.filled > 0);
  const entriesDone = book.of('entry').every((order) => !order.live);
  const least = 2 * book.of('exit').filter((order) => order.live).length;
  // Nothing is left for exits to protect, or less than their minimums, or the position ended elsewhere.
  if (
    !isActive ||
    !isPart ||
    !entriesDone ||
    book.positionLeft() < Math.max(least, 2) ||
    plan.events.some(isOutside)
  )
    return [];
  return findLarger(book).map(
    (orderId) =>
      `14: exit ${orderId} is, alone or with others, larger than the ${toText(book.positionLeft())} that remain`,
  );
}

/** 15. A response about a partial close names all exits that could together take more than what remains. */
export function largerExitsAreNamed({ hits, plan }: Evidence): string[] {
  const fills = plan.events.some((event) => event.kind === 'fill' && event.book === 'exitOrders');
  if (fills || plan.events.some(isOutside)) return [];
  return hits.flatMap(({ answer, durable, largerExits = [] }) => {
    const { percent, detail = '' } = answer?.outcome ?? {};
    const isCurrent = durable?.state === 'open' && durable.outcome?.detail === detail;
    if (percent === undefined || !isCurrent) return [];
    return largerExits
      .filter((orderId) => !new RegExp(`${orderId}\\b[^.]* larger`).test(detail))
      .map((orderId) => `15: exit ${orderId} is larger than what remains, and the answer does not say so`);
  });
}
