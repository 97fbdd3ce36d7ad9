import type { AdminServices } from '../admin-services.ts';
import type { CommandResult } from '../contract/commands.ts';

export async function pauseLinks({
  services,
}: Pick<AdminServices, 'services'>): Promise<CommandResult<'links.pause'>> {
  await services.store.setPaused(true);
  return { paused: true };
}

export async function resumeLinks({
  services,
}: Pick<AdminServices, 'services'>): Promise<CommandResult<'links.resume'>> {
  await services.store.setPaused(false);
  return { paused: false };
}
