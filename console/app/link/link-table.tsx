import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { type Column, DataTable } from '../control/data-table.tsx';
import { Menu } from '../control/menu.tsx';
import { Pill } from '../control/pill.tsx';
import { openDialog } from '../dialog-name.ts';
import { actionTitle, formatLimits, linkStateLabel, marketName } from '../labels.ts';
import { paths } from '../route.ts';
import { findPosition, hits } from '../store.ts';
import { formatLocalTime, Timestamp } from '../timestamp.tsx';

function toStateLabel(link: LinkView) {
  return linkStateLabel(link, findPosition(link.positionId));
}

function LinkMenu({ link }: { link: LinkView }) {
  const { linkId } = link;
  const revoke = {
    name: 'Revoke…',
    icon: 'close',
    tone: 'danger',
    run: () => openDialog({ kind: 'revoke', linkId }),
  } as const;
  return (
    <Menu
      name={`Actions for link ${link.label ?? linkId}`}
      items={[
        { name: 'What would it do now?', icon: 'search', run: () => openDialog({ kind: 'preview', linkId }) },
        { name: 'History', icon: 'rows', run: () => openDialog({ kind: 'history', linkId }) },
        ...(link.state === 'revoked' ? [] : [revoke]),
      ]}
    />
  );
}

function PositionCell({ link }: { link: LinkView }) {
  const position = findPosition(link.positionId);
  return position === undefined ? (
    <span class="muted">removed</span>
  ) : (
    <a href={paths.position(position.positionId)}>{marketName(position.symbol)}</a>
  );
}

function LastHitCell({ link }: { link: LinkView }) {
  const last = hits.value.find((hit) => hit.linkId === link.linkId);
  return last === undefined ? <span class="muted">never</span> : <Timestamp at={last.at} />;
}

const linkColumn: Column<LinkView> = {
  key: 'link',
  name: 'Link',
  cell: (link) => (
    <>
      {actionTitle(link)}
      <span class="sub">{link.label ?? link.linkId}</span>
    </>
  ),
};
const positionColumn: Column<LinkView> = {
  key: 'position',
  name: 'Position',
  cell: (link) => <PositionCell link={link} />,
};
const stateColumns: Column<LinkView>[] = [
  {
    key: 'state',
    name: 'State',
    cell: (link) => <Pill tone={toStateLabel(link).tone}>{toStateLabel(link).word}</Pill>,
  },
  {
    key: 'limits',
    name: 'Options',
    cell: (link) => formatLimits(link, formatLocalTime).join(', ') || <span class="muted">none</span>,
  },
  { key: 'created', name: 'Created', cell: (link) => <Timestamp at={link.createdAt} /> },
  { key: 'last-hit', name: 'Last hit', cell: (link) => <LastHitCell link={link} /> },
];
const columnsFor = {
  'all positions': [linkColumn, positionColumn, ...stateColumns],
  'one position': [linkColumn, ...stateColumns],
};

/** Links with what they do and whether they still can. */
export function LinkTable({ links, of }: { links: LinkView[]; of: keyof typeof columnsFor }) {
  return (
    <DataTable
      columns={columnsFor[of]}
      rows={links}
      rowKey={({ linkId }) => linkId}
      isPast={(link) => toStateLabel(link).tone === 'over'}
      menu={(link) => <LinkMenu link={link} />}
    />
  );
}
