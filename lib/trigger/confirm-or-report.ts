import type { PositionLink } from '../link/link.ts';
import { isFinal } from '../position/position.ts';
import type { Services } from '../services.ts';
import { alreadyDone, withPosition } from './confirmation.ts';
import { asLook, removed } from './refusals.ts';
import type { Request } from './request.ts';
import { type HitResponse, toResponse } from './response.ts';

/**
 * A position that has ended or is claimed needs no confirmation: its outcome is reported instead. A person sees what is
 * traded; chat previews and scanners don't.
 */
export async function confirmOrReport(
  services: Services,
  link: PositionLink,
  { navigation }: Pick<Request, 'navigation'>,
  confirmation: HitResponse,
): Promise<HitResponse> {
  const position = await services.store.readPosition(link.positionId);
  if (position === undefined) return asLook(removed);
  const isOver = isFinal(position.state) || position.state === 'claimed';
  if (!navigation.userInitiated) return isOver ? alreadyDone(position) : confirmation;
  return isOver ? toResponse({ position, result: undefined }) : withPosition(confirmation, link, position);
}
