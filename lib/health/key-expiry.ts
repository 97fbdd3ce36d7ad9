const dayMs = 24 * 60 * 60_000;

/** How many days ahead the owner is notified. */
const noticeDays = [14, 3, 1] as const;

/** @returns the shortest notice that has begun, in days; undefined if the key lasts longer. */
export function findNoticeDays(expiresAt: number, now: number): number | undefined {
  return noticeDays.findLast((days) => expiresAt - now <= days * dayMs);
}

/** @returns such as `expires on 2026-12-03, in 3 days`. */
export function describeExpiry(expiresAt: number, now: number): string {
  const date = new Date(expiresAt).toISOString().slice(0, 10);
  const days = Math.ceil((expiresAt - now) / dayMs);
  if (days <= 0) return `expired on ${date}`;
  return `expires on ${date}, ${days === 1 ? 'within a day' : `in ${days} days`}`;
}
