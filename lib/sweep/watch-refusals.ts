import type { AccountHealth } from '../health/account-health.ts';
import { computeLookBack, findUnreported, maxReadHits, noteReported } from '../health/refusals.ts';
import { toPresent } from '../link/pause.ts';
import { changeHealth } from '../notify/health-outbox.ts';
import { appendRefusals, namedRefusals, type RefusalSubject } from '../notify/refusal-notice.ts';
import type { Services } from '../services.ts';

/**
 * Stores a notice about each link that refused a hit, beside those about accounts. The hit itself pays for nothing but
 * its record in the history, which this reads. Runs may overlap: of two that found the same, one stores it.
 * @returns the health as it is stored then, and as of when the refusals are known. Throws `table-unreachable`.
 */
export async function noteRefusals(services: Services, known: AccountHealth): Promise<AccountHealth> {
  const { store, now } = services;
  const refusalsReadAt = now();
  const since = computeLookBack(known.refusalsReadAt ?? 0, refusalsReadAt);
  const hits = await store.listHitsSince(new Date(since).toISOString(), maxReadHits);
  const find = ({ refusals = {} }: AccountHealth) => findUnreported(refusals, hits, now());
  const first = find(known).slice(0, namedRefusals);
  if (first.length === 0) return { ...known, refusalsReadAt };
  const linkIds = [...new Set(first.map(({ linkId }) => linkId))];
  const subjects = await Promise.all(linkIds.map((linkId) => readSubject(services, linkId)));
  const byLink = new Map(subjects.map((subject) => [subject.linkId, subject]));
  const stored = await changeHealth(store, (health) => {
    // Another run may have stored some of them meanwhile.
    const unreported = find(health);
    if (unreported.length === 0) return undefined;
    const refusals = noteReported(health.refusals ?? {}, unreported, since, now());
    return { ...appendRefusals(health, unreported, byLink, now()), refusals, refusalsReadAt };
  });
  return stored === undefined ? known : { ...stored, refusalsReadAt };
}

/** An item that this version can't read must not hide what other links refused: the notice lacks its names. */
async function readSubject({ store, now }: Services, linkId: string): Promise<RefusalSubject> {
  const { link, ...pause } = await store
    .readLinkAndPause(linkId)
    .catch(() => ({ link: undefined, paused: true }));
  const positionId = link?.positionId;
  const position =
    positionId === undefined ? undefined : await store.readPosition(positionId).catch(() => undefined);
  return { linkId, link, position, pause: toPresent(pause, now()) };
}
