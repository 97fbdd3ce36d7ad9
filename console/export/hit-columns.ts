import type { HitView, LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import type { CsvColumn } from './csv.ts';

interface Named {
  positions: readonly PositionView[];
  links: readonly LinkView[];
}

/** @returns the columns of the history. Positions and links that were removed have only their ids. */
export function toHitColumns({ positions, links }: Named): readonly CsvColumn<HitView>[] {
  const positionById = new Map(positions.map((position) => [position.positionId, position]));
  const linkById = new Map(links.map((link) => [link.linkId, link]));
  const findPosition = ({ positionId = '' }: HitView) => positionById.get(positionId);
  const findLink = ({ linkId }: HitView) => (linkId === undefined ? undefined : linkById.get(linkId));
  return [
    { name: 'at', kind: 'time', value: ({ at }) => at },
    { name: 'hit_id', kind: 'text', value: ({ hitId }) => hitId },
    { name: 'position_id', kind: 'text', value: ({ positionId }) => positionId },
    { name: 'account', kind: 'text', value: (hit) => findPosition(hit)?.account },
    { name: 'market', kind: 'text', value: (hit) => findPosition(hit)?.symbol ?? findLink(hit)?.symbol },
    { name: 'side', kind: 'text', value: (hit) => findPosition(hit)?.side ?? findLink(hit)?.side },
    { name: 'link_id', kind: 'text', value: ({ linkId }) => linkId },
    { name: 'link_label', kind: 'text', value: (hit) => findLink(hit)?.label },
    { name: 'link_url_end', kind: 'text', value: (hit) => findLink(hit)?.tokenEnd },
    { name: 'action', kind: 'text', value: ({ action }) => action },
    { name: 'actor', kind: 'text', value: ({ actor }) => actor },
    { name: 'method', kind: 'text', value: ({ method }) => method },
    { name: 'source_ip', kind: 'text', value: ({ sourceIp }) => sourceIp },
    { name: 'user_agent', kind: 'text', value: ({ userAgent }) => userAgent },
    { name: 'resend', kind: 'number', value: ({ resend }) => resend },
    { name: 'decision', kind: 'text', value: ({ decision }) => decision },
    { name: 'status', kind: 'number', value: ({ status }) => status },
    { name: 'outcome', kind: 'text', value: ({ outcome }) => outcome },
    { name: 'why', kind: 'text', value: ({ why }) => why },
    { name: 'requests', kind: 'number', value: ({ requests }) => requests.length },
  ];
}
