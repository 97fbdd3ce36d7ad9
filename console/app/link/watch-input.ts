import type { LinkView } from '../../../lib/admin/contract/commands.ts';

/** A watch as entered. */
export interface WatchChoices {
  every: string;
  missed: string;
  then: NonNullable<LinkView['watch']>['then'];
}

export const defaultWatch: WatchChoices = { every: '5m', missed: '2', then: 'tell' };

/** Text that is no number is sent as NaN, and the admin function refuses it. */
export function toWatch({ every, missed, then }: WatchChoices) {
  return { every, missed: missed.trim() === '' ? 2 : Number(missed), then };
}
