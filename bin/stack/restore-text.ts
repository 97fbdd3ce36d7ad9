import type { LinkView } from '../../lib/admin/contract/commands.ts';
import { commandHint, type Target } from '../command-hint.ts';
import { drawTable } from '../table.ts';
import type { RestoreSource } from './dynamo-restore.ts';
import type { Progress } from './restore-progress.ts';
import type { Checked } from './restore-replay.ts';

/** What a restore found and did. */
export interface RestoreResult {
  table: string;
  restoredTo: string;
  positions: { positionId: string; verdict: string; reason: string }[];
  armed: string[];
  /** Links that stay paused. */
  paused: string[];
  revoked: string[];
  forgotten: string[];
  /** Created after the backup. */
  lostLinks: string[];
  lostPositions: string[];
  /** Why the logs don't reach back to the backup. */
  gap?: string | undefined;
}

export function describePlan(
  { attached, unfinished }: Progress,
  source: RestoreSource | undefined,
  { yes }: { yes: boolean },
): string[] {
  return [
    source === undefined
      ? `Continues the restore into ${unfinished?.name}, with the items of ${unfinished?.restoredTo}.`
      : `Restores the items of ${source.restoredTo} from ${source.from} into a new table.`,
    'Until it has finished, every link answers 503 and the sweep acts on nothing. Exit orders at the exchange still work.',
    unfinished?.name === attached
      ? 'The stack uses the new table already.'
      : `The stack then uses the new table. ${attached} is kept.`,
    'It repeats what the logs contain since the backup, compares each open position with its exchange,',
    yes
      ? 'and arms links of positions that are unchanged. All other links stay paused.'
      : 'and asks before it arms a link.',
  ];
}

const verdicts: Record<Checked['verdict'], string> = {
  open: 'open, as in the backup',
  ended: 'ended',
  'set-aside': 'changed: resolve it',
};

/** @returns each position with what the exchange shows, its links and what is proposed for them. */
export function describeChecked(checked: Checked[], paused: LinkView[], armable: LinkView[]): string {
  const ofPosition = (links: LinkView[], positionId: string) =>
    links.filter((link) => link.positionId === positionId);
  return drawTable(
    [
      { head: 'POSITION', text: ({ position }) => position.positionId },
      { head: 'MARKET', text: ({ position }) => `${position.symbol} ${position.side}` },
      { head: 'REMAINING', text: ({ position }) => position.remaining, right: true },
      { head: 'AT THE EXCHANGE', text: ({ verdict }) => verdicts[verdict] },
      {
        head: 'LINKS',
        text: ({ position }) => String(ofPosition(paused, position.positionId).length),
        right: true,
      },
      {
        head: 'TO ARM',
        text: ({ position }) => String(ofPosition(armable, position.positionId).length),
        right: true,
      },
      { head: 'WHY', text: ({ reason }) => reason, dropRank: 1 },
    ],
    checked,
  );
}

export function describeRestored(result: RestoreResult, target: Target): string {
  const { table, restoredTo, armed, paused, positions, lostLinks, lostPositions, gap } = result;
  const open = positions.filter(({ verdict }) => verdict === 'set-aside').map(({ positionId }) => positionId);
  const list = (title: string, ids: string[], next: string) =>
    ids.length === 0 ? [] : [`${title}: ${ids.join(', ')}. ${next}`];
  return [
    `The stack uses the table ${table} with the items of ${restoredTo}. Links are not halted any more.`,
    `Armed links: ${armed.length}. Paused links: ${paused.length}.`,
    ...(gap === undefined
      ? []
      : [`No link was armed, because the logs don't reach back to the backup. ${gap}`]),
    ...list('Still paused', paused, `Arm one with: ${commandHint('links arm LINK_ID', target)}`),
    ...list(
      'Positions that need your attention',
      open,
      `See: ${commandHint('positions resolve POSITION_ID', target)}`,
    ),
    ...list('Links created after the backup, which answer 404', lostLinks, 'Create them again.'),
    ...list(
      'Positions created after the backup, which the table does not contain',
      lostPositions,
      `Adopt them again: ${commandHint('positions adopt', target)}`,
    ),
    'The earlier table is kept, protected from deletion.',
  ].join('\n');
}
