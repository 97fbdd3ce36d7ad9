import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { Menu } from '../control/menu.tsx';
import { Pill } from '../control/pill.tsx';
import { openDialog } from '../dialog-name.ts';
import { actions, isArmed, limitsOf, linkStates, marketName } from '../labels.ts';
import { pathOf } from '../route.ts';
import { hits, positionOf } from '../store.ts';
import { localTime, Moment } from '../timestamp.tsx';

function stateOf(link: LinkView) {
  return link.state === 'armed' && !isArmed(link, positionOf(link.positionId))
    ? { word: 'Position over', tone: 'over' as const }
    : linkStates[link.state];
}

function LinkMenu({ link }: { link: LinkView }) {
  const { linkId } = link;
  return (
    <Menu
      name={`Actions for link ${link.label ?? linkId}`}
      items={[
        { name: 'What would it do now?', icon: 'search', run: () => openDialog({ kind: 'preview', linkId }) },
        { name: 'History', icon: 'rows', run: () => openDialog({ kind: 'history', linkId }) },
        ...(link.state === 'revoked'
          ? []
          : [
              {
                name: 'Revoke…',
                icon: 'close' as const,
                danger: true,
                run: () => openDialog({ kind: 'revoke', linkId }),
              },
            ]),
      ]}
    />
  );
}

/** Links with what they do and whether they still can. */
export function LinkTable({ links, withPosition }: { links: LinkView[]; withPosition: boolean }) {
  return (
    <div class="table-place">
      <table class="data stacks">
        <thead>
          <tr>
            <th scope="col">Link</th>
            {withPosition ? <th scope="col">Position</th> : null}
            <th scope="col">State</th>
            <th scope="col">Limits</th>
            <th scope="col">Created</th>
            <th scope="col">Last hit</th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => {
            const position = positionOf(link.positionId);
            const last = hits.value.find((hit) => hit.linkId === link.linkId);
            const state = stateOf(link);
            return (
              <tr key={link.linkId} class={state.tone === 'over' ? 'over' : ''}>
                <th scope="row">
                  {actions[link.action].title}
                  <span class="sub">{link.label ?? link.linkId}</span>
                </th>
                {withPosition ? (
                  <td data-name="Position">
                    {position === undefined ? (
                      <span class="muted">removed</span>
                    ) : (
                      <a href={pathOf.position(position.positionId)}>{marketName(position.symbol)}</a>
                    )}
                  </td>
                ) : null}
                <td data-name="State">
                  <Pill tone={state.tone}>{state.word}</Pill>
                </td>
                <td data-name="Limits">
                  {limitsOf(link, localTime).join(', ') || <span class="muted">none</span>}
                </td>
                <td data-name="Created">
                  <Moment at={link.createdAt} />
                </td>
                <td data-name="Last hit">
                  {last === undefined ? <span class="muted">never</span> : <Moment at={last.at} />}
                </td>
                <td class="tools">
                  <LinkMenu link={link} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
