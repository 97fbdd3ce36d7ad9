import { toFault } from '../fault.ts';
import type { LinkState } from '../link/link-state.ts';
import type { LinkStateStore } from '../store/store.ts';

/** Of writers at the same time, each may come first once. More than that at one link have to try later. */
const tries = 50;

/**
 * Changes what is stored of a standing link. If another write comes first, or the answer to this one is lost, the change is
 * decided again on what is stored by then.
 * @param change returns undefined if nothing is to be written.
 * @param known the state as it was just read.
 * @returns the state as stored; undefined if other writes came first each time. Throws `table-unreachable`.
 */
export async function changeLinkState(
  store: LinkStateStore,
  linkId: string,
  change: (state: LinkState) => LinkState | undefined,
  known?: LinkState,
): Promise<LinkState | undefined> {
  let state = known ?? (await store.readLinkState(linkId));
  for (let count = 0; count < tries; count += 1) {
    const next = change(state);
    if (next === undefined) return state;
    const saved = await save(store, next);
    if (saved !== undefined) return saved;
    state = await store.readLinkState(linkId);
  }
  return undefined;
}

/** A write whose answer was lost may have happened: what is read next shows it. */
async function save(store: LinkStateStore, state: LinkState): Promise<LinkState | undefined> {
  try {
    return await store.saveLinkState(state);
  } catch (thrown) {
    if (toFault(thrown).code !== 'table-unreachable') throw thrown;
    return undefined;
  }
}
