/** Periods to choose from, by their value in an address. All ends now. */
export const periods = [
  { value: '', label: 'All time' },
  { value: 'today', label: 'Today' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: '90d', label: 'Last 90 days' },
  { value: 'year', label: 'This year' },
] as const;

const dayMs = 86_400_000;

/** @returns when a period begins, in ISO 8601. Days and years begin in this machine's time zone. */
export function startOfPeriod(period: string, now: Date): string {
  const days = /^(\d+)d$/.exec(period)?.[1];
  if (days !== undefined) return new Date(now.getTime() - Number(days) * dayMs).toISOString();
  if (period === 'today') return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
  return period === 'year' ? new Date(now.getFullYear(), 0, 1).toISOString() : '';
}
