import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { BulkDialog } from '../bulk/bulk-dialog.tsx';
import type { BulkItem } from '../bulk/bulk-list.tsx';
import type { BulkResult } from '../bulk/use-bulk.ts';
import { SideTag, StatusPill } from '../control/pill.tsx';
import { formatAmount, isPositive } from '../format.ts';
import { canClose, hasEnded, marketName, statusLabel, toBaseCurrency } from '../labels.ts';
import { closeWord } from '../outcomes.ts';
import { findPosition } from '../store.ts';
import { usePlans } from './use-plans.ts';

/** Closes positions that were listed when it was opened, and no other, each as a close link would. */
export function CloseManyDialog({ positionIds, onClose }: { positionIds: string[]; onClose: () => void }) {
  const [atFirst] = useState(() => positionIds.flatMap((positionId) => findPosition(positionId) ?? []));
  const now = atFirst.flatMap(({ positionId }) => findPosition(positionId) ?? []);
  const plans = usePlans(now.filter(canClose));
  return (
    <BulkDialog
      verb="close"
      noun="positions"
      subtitle="This acts at the exchange immediately and can't be undone. Positions that appear later stay open."
      repeat="A repeat closes no position twice."
      items={atFirst.map((position) => toItem(position, plans.toText))}
      act={close}
      onBusy={plans.hold}
      onClose={onClose}
    />
  );
}

function toItem(atFirst: PositionView, toText: (position: PositionView) => string): BulkItem {
  const position = findPosition(atFirst.positionId);
  const { positionId, symbol, side, amountStep, label, account } = atFirst;
  const over = position === undefined ? 'Forgotten' : describeOver(position);
  const { filled, remaining, amount } = position === undefined || over !== undefined ? atFirst : position;
  return {
    id: positionId,
    name: (
      <span class="pills">
        <strong>{marketName(symbol)}</strong> <SideTag side={side} />{' '}
        {position === undefined ? null : <StatusPill position={position} />}{' '}
        <span class="muted">
          {formatAmount(isPositive(filled) ? remaining : amount, amountStep)} {toBaseCurrency(symbol)} ·{' '}
          {label ?? account}
        </span>
      </span>
    ),
    effect: position === undefined ? undefined : toText(position),
    over,
    isPending: position !== undefined && !hasEnded(position),
  };
}

function describeOver(position: PositionView): string | undefined {
  return canClose(position) ? undefined : statusLabel(position);
}

async function close(positionId: string): Promise<BulkResult> {
  const { status, outcome, detail } = await call('positions.close', { positionId });
  return { ...closeWord({ status, outcome }), detail, isDone: status < 300, isPending: status === 202 };
}
