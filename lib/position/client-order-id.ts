import type { OrderRecord, Position } from './position.ts';

const letters = { entry: 'e', close: 'x', exit: 'p', stop: 's', list: 'l' } as const;

/**
 * The client order id of an order that Ripcord sends: `rc`, the position's own 12 characters, `e` (entry), `x` (close) or
 * `p` (an exit that rests), and the attempt in base 36. In a list of exits, `p` is the target, `s` the stop and `l` the
 * list. At most 18 letters and digits, which every venue accepts.
 */
export function formatClientOrderId(
  positionId: string,
  purpose: keyof typeof letters,
  attempt: number,
): string {
  const suffix = attempt.toString(36);
  if (suffix.length > 3) throw new RangeError(`attempt ${attempt} does not fit a client order id`);
  return `rc${positionId.slice('pos_'.length)}${letters[purpose]}${suffix}`;
}

/** The client order id of the present attempt's close order. */
export function toCloseId({ positionId, attempt }: Pick<Position, 'positionId' | 'attempt'>): string {
  return formatClientOrderId(positionId, 'close', attempt);
}

/** @returns the position whose entry has this client order id; undefined when Ripcord did not send it. */
export function parseEntryClientOrderId(clientOrderId: string): string | undefined {
  const [, own] = /^rc([0-9a-z]{12})e[0-9a-z]{1,3}$/.exec(clientOrderId) ?? [];
  return own === undefined ? undefined : `pos_${own}`;
}

/** @returns the position and the attempt that a close order's client order id names. */
export function parseCloseClientOrderId(clientOrderId: string): Pick<Position, 'positionId' | 'attempt'> {
  const [, own, attempt = ''] = /^rc([0-9a-z]{12})x([0-9a-z]{1,3})$/.exec(clientOrderId) ?? [];
  if (own === undefined) throw new TypeError('not the id of a close order');
  return { positionId: `pos_${own}`, attempt: Number.parseInt(attempt, 36) };
}

/** Whether Ripcord sent the order with this client order id. */
export function isOwnClientOrderId(clientOrderId: string): boolean {
  return /^rc[0-9a-z]{12}[expsl][0-9a-z]{1,3}$/.test(clientOrderId);
}

/** Whether Ripcord sent this order to close this position. */
export function isCloseOrderOf({ positionId }: Position, { clientOrderId }: OrderRecord): boolean {
  return clientOrderId?.startsWith(`rc${positionId.slice('pos_'.length)}x`) === true;
}

/** Whether Ripcord sent this order, for any position. */
export function isSentByRipcord({ clientOrderId }: Pick<OrderRecord, 'clientOrderId'>): boolean {
  return clientOrderId !== undefined && isOwnClientOrderId(clientOrderId);
}
