import { expect, it } from 'vitest';
import { listChanges } from '../../../lib/admin/history/changes.ts';
import { listLinks } from '../../../lib/admin/links/list.ts';
import { pauseLinks, resumeLinks } from '../../../lib/admin/links/pause.ts';
import { previewLink } from '../../../lib/admin/links/preview-link.ts';
import { toLinkId } from '../../../lib/link/link.ts';
import { hashToken, mintToken } from '../../../lib/link/token.ts';
import { fire } from '../../../lib/trigger/fire.ts';
import { setStage } from '../../simulation/harness.ts';
import { linkAt } from '../link/example-link.ts';

const minuteMs = 60_000;

/** A filled position with a close link, in virtual time. */
async function newStage() {
  const stage = await setStage();
  const token = mintToken();
  const tokenHash = hashToken(token);
  const linkId = toLinkId(tokenHash);
  const { positionId } = stage.position;
  await stage.table.createLink(linkAt(1, { linkId, tokenHash, positionId }));
  const { services } = stage;
  return {
    ...stage,
    pauseUntil: (ms: number) =>
      pauseLinks({ services }, { until: new Date(services.now() + ms).toISOString() }),
    hit: () =>
      stage.during(() =>
        fire(services, {
          token,
          method: 'POST',
          sourceIp: '192.0.2.1',
          userAgent: undefined,
          hasBody: false,
          navigation: { userInitiated: false, doubt: 'unproven' },
        }),
      ),
    preview: () => stage.during(() => previewLink({ services, linksHalted: undefined }, { linkId })),
    lists: () =>
      Promise.all([
        listLinks({ services, linksHalted: undefined }, {}),
        listChanges({ services, linksHalted: undefined }, {}),
      ]),
  };
}

it('A pause with an end refuses until then, and links work again without a resume', async () => {
  const { pauseUntil, hit, environment } = await newStage();
  const { pausedUntil = '' } = await pauseUntil(5 * minuteMs);
  environment.time = Date.parse(pausedUntil) - 1_000;
  expect(await hit()).toMatchObject({ status: 'paused', httpStatus: 409 });
  environment.time = Date.parse(pausedUntil);
  expect(await hit()).toMatchObject({ status: 'closed', httpStatus: 200 });
});

it('Lists and previews report a pause with its end, and none after it', async () => {
  const { pauseUntil, lists, preview, environment } = await newStage();
  const { pausedUntil = '' } = await pauseUntil(5 * minuteMs);
  for (const list of await lists()) expect(list).toMatchObject({ paused: true, pausedUntil });
  expect(await preview()).toMatchObject({ fires: false, would: expect.stringContaining('paused') });
  environment.time = Date.parse(pausedUntil);
  for (const list of await lists()) {
    expect(list).toMatchObject({ paused: false });
    expect(list).not.toHaveProperty('pausedUntil');
  }
  expect(await preview()).toMatchObject({ fires: true });
});

it('A pause replaces the end of an earlier one, and a resume ends both', async () => {
  const { pauseUntil, lists, hit, services, environment } = await newStage();
  await pauseUntil(minuteMs);
  expect(await pauseLinks({ services }, {})).toEqual({ paused: true });
  environment.time += 60 * minuteMs;
  expect(await hit()).toMatchObject({ status: 'paused' });
  await pauseUntil(minuteMs);
  await resumeLinks({ services });
  for (const list of await lists()) expect(list).toMatchObject({ paused: false });
  expect(await hit()).toMatchObject({ status: 'closed' });
});

it('An end that is over is refused, and leaves an earlier pause as it was', async () => {
  const { pauseUntil, lists } = await newStage();
  await expect(pauseUntil(0)).rejects.toMatchObject({ code: 'invalid-input' });
  for (const list of await lists()) expect(list).toMatchObject({ paused: false });
  const { pausedUntil } = await pauseUntil(minuteMs);
  await expect(pauseUntil(-minuteMs)).rejects.toMatchObject({ code: 'invalid-input' });
  for (const list of await lists()) expect(list).toMatchObject({ paused: true, pausedUntil });
});
