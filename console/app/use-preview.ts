import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../lib/admin/contract/commands.ts';
import { call, errorMessage } from './api.ts';
import type { Action } from './labels.ts';

type Preview = CommandResult<'positions.preview'>;

/** Changes when what an action would do may have changed. */
export function toPlanKey(position: PositionView | undefined): string {
  if (position === undefined) return '';
  const { status, amount, filled, remaining, openExitOrders } = position;
  return [status, amount, filled, remaining, openExitOrders].join(' ');
}

/**
 * What actions would do now, by the engine's own plan. It is read again when the position changes.
 * @returns the words that follow "If fired now:", for each action.
 */
export function usePreview(position: PositionView, percent?: number): Record<Action, string> {
  const [preview, setPreview] = useState<Preview | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  const { positionId } = position;
  const planKey = toPlanKey(position);
  useEffect(() => {
    let isOutdated = false;
    setPreview(undefined);
    setError(undefined);
    call('positions.preview', { positionId, ...(percent === undefined ? {} : { percent }) }).then(
      (read) => {
        if (!isOutdated) setPreview(read);
      },
      (thrown: unknown) => {
        if (!isOutdated) setError(`not known. ${errorMessage(thrown)}`);
      },
    );
    return () => {
      isOutdated = true;
    };
  }, [positionId, percent, planKey]);
  const waiting = error ?? 'reading the position from the exchange…';
  return { close: preview?.close.would ?? waiting, keep: preview?.keep.would ?? waiting };
}
