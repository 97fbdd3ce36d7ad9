import type { Link } from '../../link/link.ts';

type Target = Pick<Link, 'action' | 'toPercent' | 'byPercent' | 'stop' | 'percent'>;

/** @returns what a link does to each position, such as `reduces to 50 %`. */
export function describeTarget({ action, toPercent, byPercent, stop, percent }: Target): string {
  switch (action) {
    case 'close':
      return percent === undefined ? 'closes' : `closes ${percent} %`;
    case 'keep':
      return 'cancels the unfilled entry';
    case 'reduce':
      return toPercent === undefined ? `reduces by ${byPercent} %` : `reduces to ${toPercent} %`;
    case 'stop':
      return `moves the stop to ${describeStop(stop)}`;
    case 'heartbeat':
      return 'only shows that alerts arrive';
  }
}

function describeStop(stop: Target['stop']): string {
  if (stop === undefined || 'breakEven' in stop) return 'break-even';
  return 'price' in stop ? stop.price : `${stop.trailPercent} % from the price`;
}
