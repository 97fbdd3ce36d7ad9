import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import type { CommandRequest } from '../api.ts';
import { type SharedChoices, toSharedInput } from '../link/link-input.ts';
import type { LinkScope } from '../link/scope-text.ts';
import { defaultWatch, toWatch, type WatchChoices } from '../link/watch-input.ts';

/** A standing link as entered. */
export interface StrategyChoices extends SharedChoices {
  kind: 'market' | 'tag' | 'account';
  account: string;
  symbol: string;
  side: 'long' | 'short';
  tag: string;
  action: LinkView['action'];
  reduce: 'toPercent' | 'byPercent';
  reducePercent: string;
  stop: 'breakEven' | 'price' | 'trailPercent';
  stopPrice: string;
  trailPercent: string;
  follows: boolean;
  rehearsal: boolean;
  adopt: boolean;
  isWatched: boolean;
  watch: WatchChoices;
}

export const noStrategy: StrategyChoices = {
  ...{ kind: 'market', account: '', symbol: '', side: 'long', tag: '' },
  ...{ action: 'close', reduce: 'toPercent', reducePercent: '' },
  ...{ stop: 'breakEven', stopPrice: '', trailPercent: '' },
  ...{ follows: false, rehearsal: true, adopt: false, isWatched: false },
  watch: defaultWatch,
  ...{ label: '', expiresIn: '', customDuration: '', sources: '', addresses: '' },
};

/** Whether the link can follow the strategy's state: every repeat of the action must change nothing. */
export function canFollow({ kind, action, reduce }: StrategyChoices): boolean {
  if (kind === 'account') return false;
  return action === 'close' || action === 'keep' || (action === 'reduce' && reduce === 'toPercent');
}

export function isFollowing(choices: StrategyChoices): boolean {
  return choices.follows && canFollow(choices);
}

/** Whether alerts are due regularly, so that their silence means something. */
export function canWatch(choices: StrategyChoices): boolean {
  return choices.action === 'heartbeat' || isFollowing(choices);
}

/** Coins of a spot market have no owner, so only perpetuals are adopted. */
export function canAdopt({ kind, action, symbol }: StrategyChoices): boolean {
  return kind === 'market' && symbol.includes(':') && action !== 'heartbeat';
}

/** A heartbeat does nothing in any case. */
export function canRehearse({ action }: StrategyChoices): boolean {
  return action !== 'heartbeat';
}

export function toScope({ kind, account, symbol, side, tag }: StrategyChoices): LinkScope {
  if (kind === 'tag') return { tag: tag.trim() };
  return kind === 'account' ? { account } : { account, symbol, side };
}

/** @returns the link as the command takes it, without options that do not apply to it. */
export function toStrategyInput(choices: StrategyChoices): CommandRequest<'links.create'> {
  const { action, rehearsal, adopt, isWatched, watch } = choices;
  return {
    ...toScope(choices),
    action,
    ...toReduce(choices),
    ...toStop(choices),
    ...(isFollowing(choices) ? { follows: 'market-position' } : {}),
    ...(rehearsal && canRehearse(choices) ? { rehearsal: true } : {}),
    ...(adopt && canAdopt(choices) ? { adopt: true } : {}),
    ...(isWatched && canWatch(choices) ? { watch: toWatch(watch) } : {}),
    ...toSharedInput(choices),
  };
}

/** @returns what the action's own fields add to the link. */
export function toReduce({ action, reduce, reducePercent }: StrategyChoices) {
  return action === 'reduce' ? { [reduce]: reducePercent.trim() } : {};
}

export function toStop({ action, stop, stopPrice, trailPercent }: StrategyChoices) {
  if (action !== 'stop') return {};
  if (stop === 'breakEven') return { stop: { breakEven: true as const } };
  return {
    stop: stop === 'price' ? { price: stopPrice.trim() } : { trailPercent: trailPercent.trim() },
  };
}
