import { useEffect, useState } from 'preact/hooks';
import type { HitView, LinkView } from '../../../lib/admin/contract/commands.ts';
import { describeWhy } from '../../../lib/link/refusal.ts';
import { call } from '../api.ts';
import { ErrorText } from '../control/field.tsx';
import { Pill } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { toDecision } from '../link/hit-text.ts';
import { links, refresh } from '../store.ts';
import { Timestamp } from '../timestamp.tsx';

/** A hit of a link as a whole is in no list that the page follows, so its history is read while the dialog is open. */
const askEveryMs = 2_000;

/** Waits in sight for the first alert, shows what it would do, and arms the link. */
export function FirstAlert({ created }: { created: LinkView }) {
  const hit = useLatestHit(created.linkId);
  const link = links.value.find(({ linkId }) => linkId === created.linkId) ?? created;
  return (
    <section class="steps" aria-label="First alert">
      <h3>First alert</h3>
      <div role="status">
        {hit === undefined ? <p class="muted">Waiting for the first alert…</p> : <Received hit={hit} />}
      </div>
      {link.state === 'rehearsal' ? <Arm link={link} isHeard={hit !== undefined} /> : null}
      {created.rehearsal === true && link.state === 'armed' ? <p>Armed. The next alert acts.</p> : null}
    </section>
  );
}

function Received({ hit }: { hit: HitView }) {
  const { word, tone } = toDecision(hit);
  return (
    <p>
      <Pill tone={tone}>{word}</Pill> Received <Timestamp at={hit.at} />: {describeWhy(hit)}
    </p>
  );
}

function Arm({ link: { linkId, follows }, isHeard }: { link: LinkView; isHeard: boolean }) {
  const { busy, error, run } = useTask();
  const arm = () =>
    run(async () => {
      await call('links.arm', { linkId });
      await refresh();
    });
  return (
    <>
      <p class="help">
        In rehearsal: alerts do nothing until you arm the link.
        {isHeard ? '' : ' You can also arm it later, from its three dots.'}
        {follows === undefined ? '' : ' It can be armed once a message of its own side has arrived.'}
      </p>
      <div>
        <button type="button" disabled={busy} onClick={arm}>
          Arm
        </button>
      </div>
      <ErrorText>{error}</ErrorText>
    </>
  );
}

function useLatestHit(linkId: string): HitView | undefined {
  const [hit, setHit] = useState<HitView | undefined>(undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async (): Promise<void> => {
      // The page's banner reports an outage. The next answer has what this one lacks.
      const read = await call('history.list', { linkId, limit: 1 }).catch(() => undefined);
      if (isOver) return;
      setHit((known) => read?.hits[0] ?? known);
      timer = setTimeout(ask, askEveryMs);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [linkId]);
  return hit;
}
