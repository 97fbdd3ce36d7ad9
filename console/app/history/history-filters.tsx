import type { HitView, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { type FilterOption, FilterSelect, filterOf, toOptions } from '../control/filter-select.tsx';
import { marketName } from '../labels.ts';
import { decisions, toDecision } from '../link/hit-text.ts';
import { urlEnd } from '../link/link-title.tsx';
import { periods } from '../period.ts';
import { links, state } from '../store.ts';

const failed = 'failed';
const results: FilterOption[] = [
  { value: '', label: 'All results' },
  ...Object.entries(decisions).map(([value, { word }]) => ({ value, label: word })),
  { value: failed, label: 'Fired and failed' },
];

/** What started an action without a request has no address. */
const actors: FilterOption[] = [
  { value: 'operator', label: 'Manual close' },
  { value: 'sweep', label: 'Automatic' },
  { value: 'watch', label: 'Watch' },
];

/** @returns whether a hit is under the filters in the view's address. */
export function toMatcher({
  positionId,
  linkId,
  since,
}: {
  positionId: string;
  linkId: string;
  since: string;
}): (hit: HitView) => boolean {
  const [result, source] = [filterOf('result'), filterOf('source')];
  return (hit) =>
    (positionId === '' || hit.positionId === positionId) &&
    (linkId === '' || hit.linkId === linkId) &&
    (result === '' || toResult(hit) === result) &&
    (source === '' || toSource(hit) === source) &&
    hit.at >= since;
}

function toResult(hit: HitView): string {
  const hasFailed = hit.decision === 'fired' && toDecision(hit).tone === 'warn';
  return hasFailed ? failed : hit.decision;
}

function toSource({ actor, sourceIp }: HitView): string {
  return actor === 'link' ? (sourceIp ?? 'link') : actor;
}

function namePosition({ symbol, side, label, positionId }: PositionView): string {
  return `${marketName(symbol)} ${side} · ${label ?? positionId}`;
}

const actionNames: Record<LinkView['action'], string> = {
  close: 'Close',
  keep: 'Keep',
  reduce: 'Reduce',
  stop: 'Move stop',
  heartbeat: 'Heartbeat',
};

function nameLink(link: LinkView): string {
  return `${actionNames[link.action]} ${link.label ?? ''} ${urlEnd(link)}`.replaceAll(/\s+/g, ' ');
}

/** @param hits those read so far: they name the addresses to choose from. */
export function HistoryFilters({ hits }: { hits: readonly HitView[] }) {
  const positions = new Map(state.value?.positions.map((each) => [each.positionId, namePosition(each)]));
  const named = new Map(links.value.map((link) => [link.linkId, nameLink(link)]));
  const addresses = hits.flatMap(({ sourceIp }) => sourceIp ?? []);
  return (
    <div class="filters">
      <FilterSelect
        name="Position"
        param="position"
        options={toOptions('All positions', [...positions.keys()], (id) => positions.get(id) ?? id)}
      />
      <FilterSelect
        name="Link"
        param="link"
        options={toOptions('All links', [...named.keys()], (id) => named.get(id) ?? id)}
      />
      <FilterSelect name="Result" param="result" options={results} />
      <FilterSelect
        name="Source"
        param="source"
        options={[...toOptions('All sources', addresses), ...actors]}
      />
      <FilterSelect name="Period" param="period" options={periods} />
    </div>
  );
}
