import type { HitView, LinkView } from '../../../lib/admin/contract/commands.ts';
import { describeWhy } from '../../../lib/link/refusal.ts';
import { type Column, DataTable } from '../control/data-table.tsx';
import { Menu, type MenuItem } from '../control/menu.tsx';
import { Pill } from '../control/pill.tsx';
import { openDialog } from '../dialog-name.ts';
import { actionTitle, formatLimits, isStanding, linkStateLabel, marketName } from '../labels.ts';
import { paths } from '../route.ts';
import { findPosition, hitsKnownSince, positions, state } from '../store.ts';
import { formatLocalTime, Timestamp } from '../timestamp.tsx';
import { hitResult, toDecision } from './hit-text.ts';
import { linkSubject, urlEnd } from './link-title.tsx';
import { listMatching, scopeText } from './scope-text.ts';
import { WatchLine } from './watch-line.tsx';

function toStateLabel(link: LinkView) {
  return linkStateLabel(link, findPosition(link.positionId));
}

/** What arming does to a link, if it can be armed. */
function armVerb({ state, watch, pausedReason }: LinkView): 'Arm' | 'Re-arm' | undefined {
  if (state === 'rehearsal') return 'Arm';
  const isPaused = state === 'paused' && pausedReason !== undefined;
  return isPaused || (state === 'armed' && watch?.state === 'tripped') ? 'Re-arm' : undefined;
}

function LinkMenu({ link }: { link: LinkView }) {
  const { linkId } = link;
  const verb = armVerb(link);
  const arm: MenuItem = {
    name: `${verb}…`,
    icon: 'play',
    run: () => openDialog({ kind: 'arm', linkId }),
  };
  const revoke: MenuItem = {
    name: 'Revoke…',
    icon: 'close',
    tone: 'danger',
    run: () => openDialog({ kind: 'revoke', linkId }),
  };
  return (
    <Menu
      name={`Actions for link ${link.label ?? urlEnd(link)}`}
      items={[
        { name: 'What would it do now?', icon: 'search', run: () => openDialog({ kind: 'preview', linkId }) },
        ...(verb === undefined ? [] : [arm]),
        { name: 'Rename or extend…', icon: 'link', run: () => openDialog({ kind: 'update', linkId }) },
        { name: 'History', icon: 'rows', run: () => openDialog({ kind: 'history', linkId }) },
        ...(link.state === 'revoked' ? [] : [revoke]),
      ]}
    />
  );
}

function ScopeCell({ link }: { link: LinkView }) {
  const count = listMatching(link.scope, positions.value ?? []).length;
  return (
    <>
      {scopeText(link.scope)}
      <span class="sub">{count === 1 ? '1 open position' : `${count} open positions`}</span>
    </>
  );
}

function PositionCell({ link }: { link: LinkView }) {
  return isStanding(link) ? <ScopeCell link={link} /> : <OnePositionCell link={link} />;
}

function OnePositionCell({ link }: { link: LinkView }) {
  const position = findPosition(link.positionId);
  if (position === undefined) return <span class="muted">removed</span>;
  const { positionId, symbol, side, label, account } = position;
  return (
    <>
      <a href={paths.position(positionId)}>{marketName(symbol)}</a> {side}
      <span class="sub">{label ?? account}</span>
    </>
  );
}

function findLastHit({ linkId }: LinkView): HitView | undefined {
  // Also of a position that was removed.
  return state.value?.hits.find((hit) => hit.linkId === linkId);
}

function compareTexts(a = '', b = ''): number {
  return a.localeCompare(b);
}

function LastHitCell({ link }: { link: LinkView }) {
  const last = findLastHit(link);
  if (last === undefined) return <span class="muted">{hasEveryHitOf(link) ? 'never' : 'not recently'}</span>;
  return (
    <>
      <Timestamp at={last.at} />
      <span class="sub" title={describeWhy(last)}>
        <Pill tone={toDecision(last).tone}>{hitResult(last)}</Pill>
      </span>
    </>
  );
}

/** The page has the latest hits, at least 100 of 50 positions: older ones are in the link's history. */
function hasEveryHitOf({ createdAt }: LinkView): boolean {
  return createdAt >= hitsKnownSince.value && (positions.value?.length ?? 0) <= 50;
}

const linkColumn: Column<LinkView> = {
  key: 'link',
  name: 'Link',
  compare: (a, b) => compareTexts(`${actionTitle(a)} ${a.label}`, `${actionTitle(b)} ${b.label}`),
  cell: (link) => (
    <>
      {actionTitle(link)}
      <span class="sub">
        {link.label === undefined ? '' : `${link.label} · `}
        <code>{urlEnd(link)}</code>
      </span>
    </>
  ),
};
const positionColumn: Column<LinkView> = {
  key: 'position',
  name: 'Position',
  cell: (link) => <PositionCell link={link} />,
  compare: (a, b) => compareTexts(linkSubject(a), linkSubject(b)),
};
const stateColumns: Column<LinkView>[] = [
  {
    key: 'state',
    name: 'State',
    cell: (link) => (
      <>
        <Pill tone={toStateLabel(link).tone}>{toStateLabel(link).word}</Pill>
        <WatchLine link={link} />
        <span class="sub">
          created <Timestamp at={link.createdAt} />
        </span>
      </>
    ),
    compare: (a, b) => compareTexts(toStateLabel(a).word, toStateLabel(b).word),
    also: [{ key: 'created', name: 'Created', compare: (a, b) => compareTexts(a.createdAt, b.createdAt) }],
  },
  {
    key: 'limits',
    name: 'Options',
    cell: (link) => formatLimits(link, formatLocalTime).join(', ') || <span class="muted">none</span>,
  },
  {
    key: 'last-hit',
    name: 'Last hit',
    cell: (link) => <LastHitCell link={link} />,
    compare: (a, b) => compareTexts(findLastHit(a)?.at, findLastHit(b)?.at),
  },
];
const columnsFor = {
  'all positions': [linkColumn, positionColumn, ...stateColumns],
  'one position': [linkColumn, ...stateColumns],
};

/** Links with what they do and whether they still can. */
export function LinkTable({
  links,
  of,
  keepsSorting = false,
}: {
  links: LinkView[];
  of: keyof typeof columnsFor;
  keepsSorting?: boolean;
}) {
  return (
    <DataTable
      class="tight"
      cardsUpTo={800}
      keepsSorting={keepsSorting}
      columns={columnsFor[of]}
      rows={links}
      rowKey={({ linkId }) => linkId}
      isPast={(link) => toStateLabel(link).tone === 'over'}
      menu={(link) => <LinkMenu link={link} />}
    />
  );
}
