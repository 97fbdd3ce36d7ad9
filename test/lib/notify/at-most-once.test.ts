import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import { appendNotice } from '../../../lib/notify/notice-text.ts';
import type { Notifier, Sent } from '../../../lib/notify/notifier.ts';
import type { Position } from '../../../lib/position/position.ts';
import type { Services } from '../../../lib/services.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { Environment } from '../../simulation/environment.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { Random } from '../../simulation/random.ts';
import { exampleClaim, exampleOutcome, examplePosition, positionIdAt } from '../position/example-position.ts';

const minute = 60_000;
const names = ['slack', 'topic'];

interface Actor {
  steps: number;
  /** Dies at this step; undefined: lives. */
  dies: number | undefined;
  /** How likely a request to the table gets lost. */
  loses: number;
}

/**
 * Sweeps at the same time that die anywhere, requests and answers that get lost, hits that claim in between and
 * die, too; then sound sweeps every minute. @returns what was broken.
 */
async function runSeed(seed: number): Promise<string[]> {
  const environment = new Environment();
  const random = new Random(seed);
  const current = new AsyncLocalStorage<Actor>();
  const step = async (): Promise<void> => {
    const actor = current.getStore();
    if (actor === undefined) return;
    actor.steps += 1;
    if (actor.steps === actor.dies) await environment.die();
  };
  const table = createMemoryStore({
    async interrupt() {
      const actor = current.getStore();
      if (actor === undefined) return;
      await environment.sleep(random.between(1, 800));
      await step();
      if (random.chance(actor.loses)) throw new Error('lost');
    },
  });
  const services: Services = {
    store: table,
    exchanges: {
      async of() {
        throw new Fault('exchange-unreachable', 'The exchange does not answer.');
      },
    },
    now: () => environment.time,
    sleep: (ms) => environment.sleep(ms),
    randomId: () => `mark${random.between(0, 2 ** 31)}`.padEnd(14, '0'),
  };

  /** How often each text came through to each channel. */
  const arrived = new Map<string, number>();
  let isSound = false;
  const notifiers = names.map(
    (channel): Notifier => ({
      channel,
      async send({ text }) {
        await step();
        await environment.sleep(random.between(1, 4_000));
        const fate: Sent['kind'] = isSound ? 'sent' : random.pick(['sent', 'sent', 'refused', 'unknown']);
        const comes = fate === 'sent' || (fate === 'unknown' && random.chance(0.5));
        const key = `${channel}: ${text}`;
        if (comes) arrived.set(key, (arrived.get(key) ?? 0) + 1);
        await step();
        if (fate === 'sent') return { kind: 'sent' };
        if (fate === 'unknown') return { kind: 'unknown', why: 'no answer' };
        return { kind: 'refused', why: 'answered 503', down: random.chance(0.5) };
      },
    }),
  );

  const newsOf = (position: Position, detail: string) =>
    appendNotice(
      position,
      { kind: 'settled', outcome: { ...exampleOutcome, outcome: 'kept', detail } },
      environment.time,
    );
  for (const index of [1, 2]) {
    const position: Position = { ...examplePosition, positionId: positionIdAt(index), label: `${index}` };
    const ended: Position = {
      ...position,
      state: index === 1 ? 'kept' : 'closed',
      outcome: exampleOutcome,
      notices: newsOf(position, 'first'),
    };
    await table.createPosition(ended);
  }

  /** A hit claims the kept position, takes its time, and adds news of its own. */
  const hit = async (number: number): Promise<void> => {
    const { time } = environment;
    const claim = {
      ...exampleClaim,
      leaseToken: `owner${number}owner`,
      claimedAt: time,
      leaseExpiresAt: time + 12_000,
    };
    const claimed = await table.claimPosition({ positionId: positionIdAt(1), claim, from: ['kept'] });
    if (claimed.kind !== 'claimed') return;
    await environment.sleep(random.between(1, 8_000));
    await table.savePosition(claimed.position, {
      state: 'kept',
      claim: null,
      notices: newsOf(claimed.position, `hit ${number}`),
    });
  };

  const act = (afterMs: number, actor: Actor, task: () => Promise<unknown>): void =>
    environment.schedule(afterMs, () => void current.run(actor, () => task().catch(() => undefined)));
  const channels = { all: async () => ({ notifiers }) };
  for (let index = 0; index < 5; index += 1) {
    const dies = random.chance(0.6) ? random.between(1, 25) : undefined;
    act(random.between(0, 3 * minute), { steps: 0, dies, loses: 0.05 }, () => sweep(services, channels));
  }
  for (let index = 0; index < 2; index += 1) {
    const dies = random.chance(0.2) ? random.between(1, 8) : undefined;
    act(random.between(0, 3 * minute), { steps: 0, dies, loses: 0 }, () => hit(index));
  }
  environment.schedule(4 * minute, () => {
    isSound = true;
  });
  for (let at = 5; at < 90; at += 1)
    act(at * minute, { steps: 0, dies: undefined, loses: 0 }, () => sweep(services, channels));
  await environment.run(95 * minute);

  const broken = [...arrived].filter(([, times]) => times > 1).map(([key]) => `twice: ${key}`);
  for (const { notices = [] } of table.positions())
    for (const { text, delivered } of notices)
      for (const name of names) {
        const times = arrived.get(`${name}: ${text}`) ?? 0;
        const { state } = delivered[name] ?? {};
        if (state !== 'sent' && state !== 'unsure') broken.push(`${state ?? 'forgotten'}: ${name}: ${text}`);
        if (state === 'sent' && times !== 1) broken.push(`sent, it says, but ${times} came: ${text}`);
      }
  return broken;
}

test('whatever dies or gets lost, a message never comes twice, and its record is never wrong', async () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= 400; seed += 1)
    for (const words of await runSeed(seed)) broken.push(`seed ${seed}: ${words}`);
  expect(broken).toEqual([]);
}, 120_000);
