import { createResponse } from '../response.ts';
import type { TargetAnswer } from './target-answer.ts';

/** @returns the answer for a position that a newer version wrote: whether the link is for it can't be known. */
export function notRead(positionId: string): TargetAnswer {
  const response = createResponse('newer-version', {
    publicMessage:
      "Ripcord can't read this position, so it does not know whether this link is for it. Nothing was done for it.",
    decision: 'refused',
    refusal: 'not-read',
    position: { positionId },
  });
  return { positionId, progress: 'refused', left: false, needsSweep: false, response, requests: [] };
}
