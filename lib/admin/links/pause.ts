import { Fault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

/** Replaces an earlier pause and its end. Throws `invalid-input` for an end in the past. */
export async function pauseLinks(
  { services: { store, now } }: Pick<AdminServices, 'services'>,
  { until }: CommandInput<'links.pause'>,
): Promise<CommandResult<'links.pause'>> {
  if (until !== undefined && Date.parse(until) <= now())
    throw new Fault('invalid-input', `${until} is in the past, so no pause was set. Nothing was changed.`, {
      hint: { text: 'Choose a later time, or none: then the pause lasts until you resume links.' },
      issues: ['until: expected a time in the future'],
    });
  await store.setPaused(true, until);
  return until === undefined ? { paused: true } : { paused: true, pausedUntil: until };
}

export async function resumeLinks({
  services,
}: Pick<AdminServices, 'services'>): Promise<CommandResult<'links.resume'>> {
  await services.store.setPaused(false);
  return { paused: false };
}
