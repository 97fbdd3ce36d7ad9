import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { ApiError, call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { PositionTitle } from '../control/pill.tsx';
import { showToast } from '../control/toast.tsx';
import { formatPrice } from '../format.ts';
import { describeExits } from './describe-exits.ts';
import { outdatedExits, toExitChoices, toExitsChange, toSignature } from './exit-choices.ts';
import { moveLine, stopLine, toExitLines } from './plan-lines.ts';

interface MoveDialogProps {
  position: PositionView;
  line: string;
  price: string;
  onClose: () => void;
}

/** Asks before an exit whose line was dragged is replaced at the exchange. */
export function MoveDialog({ position, line, price, onClose }: MoveDialogProps) {
  const { priceStep, quote } = position;
  const { was, limitPrice, send } = useMove(position, line, price);
  const name = was?.title.toLowerCase() ?? 'exit';
  return (
    <ConfirmDialog
      title={`Move the ${name}?`}
      subtitle={<PositionTitle position={position} />}
      verb={`Move ${name}`}
      tone="primary"
      onClose={onClose}
      task={send}
    >
      <p class="large">
        {formatPrice(was?.price, priceStep)} → {formatPrice(price, priceStep)} {quote}
      </p>
      {limitPrice === '' ? null : <p>Its LIMIT price becomes {formatPrice(limitPrice, priceStep)}.</p>}
      <p class="help">Ripcord replaces the order at the exchange. Nothing has been sent yet.</p>
    </ConfirmDialog>
  );
}

/** The change that the line was dragged to, of the exits that the position had then. */
function useMove(position: PositionView, line: string, price: string) {
  const [{ before, signature }] = useState(() => ({
    before: toExitChoices(position),
    signature: toSignature(position),
  }));
  const after = moveLine(before, line, price);
  const send = async (): Promise<void> => {
    if (toSignature(position) !== signature) throw new ApiError('conflict', outdatedExits);
    const change = toExitsChange(before, after);
    if (change === undefined) return;
    const answer = await call('positions.setExits', { positionId: position.positionId, ...change });
    const { text, tone } = describeExits(answer.position);
    showToast(text, tone);
  };
  return {
    was: toExitLines(before, undefined).find(({ id }) => id === line),
    limitPrice: line === stopLine ? (after.stop?.limitPrice ?? '') : '',
    send,
  };
}
