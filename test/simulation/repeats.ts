import { Fault } from '../../lib/fault.ts';
import { isFinal, type Position } from '../../lib/position/position.ts';
import type { Services } from '../../lib/services.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { Environment } from './environment.ts';
import { Random } from './random.ts';
import { type Staged, type StandingStage, setStandingStage } from './standing-stage.ts';

/**
 * Repeats without an id: two alerts on one close link for a tag. Position A is open from the start, B is opened at a random
 * time, and most tries fail. The real code runs on the model of the store and of the exchange. TradingView cuts a try after
 * 3 s, and sends it again 5 s after a 5xx response or a cut, 3 times at most.
 */

const second = 1_000;
const cutMs = 3 * second;
const resendMs = 5 * second;
const maxResends = 3;

/** `die-*`: the process dies, and the gateway answers 500: before its first claim, after its last one, after its last write. */
const tries = ['ok', '503', 'die-early', 'die-late', 'die-after-final'] as const;
type Try = (typeof tries)[number];

interface Alert {
  /** When it is sent first, in milliseconds after the start. */
  at: number;
  tries: Try[];
  /** How long the exchange takes for each try. */
  takesMs: number[];
  /** On the way to the gateway. */
  transitMs: number[];
}

interface RepeatsPlan {
  seed: number;
  alerts: [Alert, Alert];
  opensAt: number;
  /** Sweeps run at every full minute. Without them, nothing but the rule works. */
  isSwept: boolean;
}

export function makeRepeats(seed: number): RepeatsPlan {
  const random = new Random(seed);
  const drawAlert = (at: number): Alert => {
    const drawn = <Item>(draw: () => Item): Item[] => Array.from({ length: maxResends + 1 }, draw);
    return {
      at,
      tries: drawn(() => (random.chance(0.75) ? random.pick(tries) : 'ok')),
      takesMs: drawn(() => random.pick([0, 0, 300, 900])),
      transitMs: drawn(() => random.between(1, 400)),
    };
  };
  return {
    seed,
    alerts: [drawAlert(0), drawAlert(second * random.between(0, 60))],
    // Between two seconds, so that it is clear which came first.
    opensAt: second * random.between(1, 90) + 500,
    isSwept: random.chance(0.5),
  };
}

/** One try of an alert, in a process of its own. */
interface Attempt {
  alert: number;
  planned: Try;
  sentAt: number;
  /** What Ripcord answered. */
  status?: string;
  /** What TradingView got. */
  httpStatus?: number;
  answeredAt?: number;
}

export interface RepeatsResult {
  violations: string[];
  /** B was closed by an alert that is older, because a process died between its last write and its response. */
  closedAfterDeath: boolean;
  /** B was left open by a newer alert, because an older one still failed. */
  leftAlone: boolean;
}

/** Runs one plan to its end. Same plan, same run. */
export async function runRepeats(plan: RepeatsPlan): Promise<RepeatsResult> {
  const environment = new Environment();
  const random = new Random(plan.seed ^ 0x5f3759df);
  const stage = await setStandingStage(
    {},
    { environment, interrupt: () => environment.sleep(random.between(1, 4)) },
  );
  const start = environment.time;
  const a = await stage.during(() => stage.open());
  let b: Staged | undefined;
  const attempts: Attempt[] = [];
  const claimers = new Map<string, Attempt | 'sweep'>();
  const later = (at: number, run: () => void) => environment.schedule(start + at - environment.time, run);

  const send = (alert: number, index: number, sentAt: number): void => {
    const { tries: planned, takesMs, transitMs } = plan.alerts[alert] as Alert;
    const attempt: Attempt = { alert, planned: planned[index] as Try, sentAt };
    attempts.push(attempt);
    const answer = (httpStatus: number): void => {
      if (attempt.answeredAt !== undefined) return;
      Object.assign(attempt, { httpStatus, answeredAt: environment.time - start });
      if (httpStatus < 500 || index >= maxResends) return;
      const at = environment.time - start + resendMs;
      later(at, () => send(alert, index + 1, at));
    };
    later(sentAt + cutMs, () => answer(504));
    later(sentAt + (transitMs[index] ?? 0), () => {
      const services = processOf(stage, attempt, takesMs[index] ?? 0, claimers, () => answer(500));
      stage.hitIn(services).then(
        (response) => {
          attempt.status = response.status;
          answer(response.httpStatus);
        },
        () => answer(500),
      );
    });
  };

  for (const [alert, { at }] of plan.alerts.entries()) later(at, () => send(alert, 0, at));
  later(plan.opensAt, () => {
    void stage.open().then((opened) => {
      b = opened;
    });
  });
  const minute = 60 * second;
  const lastMinute = 9;
  const ofSweep = noteClaims(stage.services, claimers, 'sweep');
  for (let count = plan.isSwept ? 1 : lastMinute; count <= lastMinute; count += 1)
    later(count * minute, () => void sweep(ofSweep));
  await environment.run((lastMinute + 2) * minute);
  if (b === undefined) throw new Error('B was not opened.');
  const opened = b;
  const positions = { a: await stage.read(a), b: await stage.read(opened) };
  const hits = await stage.during(() => stage.table.listHits(opened.position.positionId, 50));
  const isReported = hits.some(({ refusal }) => refusal === 'left-alone');
  return judge({
    plan,
    attempts,
    positions,
    claimer: claimers.get(opened.position.positionId),
    isReported,
    closes: [stage.closes(a), stage.closes(opened)],
  });
}

/** A process with the fault of its try. */
function processOf(
  stage: StandingStage,
  attempt: Attempt,
  takesMs: number,
  claimers: Map<string, Attempt | 'sweep'>,
  onDeath: () => void,
): Services {
  const { environment } = stage;
  const services = noteClaims(stage.services, claimers, attempt);
  const { planned } = attempt;
  let saved = 0;
  const die = () => {
    onDeath();
    return environment.die();
  };
  return {
    ...services,
    store: {
      ...services.store,
      async saveLinkState(state) {
        if (planned === 'die-late' && saved === 1) return die();
        const stored = await services.store.saveLinkState(state);
        if (stored !== undefined) saved += 1;
        const isDead =
          (planned === 'die-early' && saved === 1) || (planned === 'die-after-final' && saved === 2);
        return isDead ? die() : stored;
      },
    },
    exchanges: {
      async of(account, exchange) {
        await environment.sleep(takesMs);
        if (planned === '503') throw new Fault('exchange-unreachable', 'The exchange did not respond.');
        return services.exchanges.of(account, exchange);
      },
    },
  };
}

function noteClaims(
  services: Services,
  claimers: Map<string, Attempt | 'sweep'>,
  claimer: Attempt | 'sweep',
): Services {
  return {
    ...services,
    store: {
      ...services.store,
      async claimPosition(request) {
        const result = await services.store.claimPosition(request);
        if (result.kind === 'claimed') claimers.set(request.positionId, claimer);
        return result;
      },
    },
  };
}

interface Ended {
  plan: RepeatsPlan;
  attempts: Attempt[];
  positions: { a: Position; b: Position };
  /** Who has closed B. */
  claimer: Attempt | 'sweep' | undefined;
  /** The owner was notified that B was left open. */
  isReported: boolean;
  closes: number[];
}

function judge({ plan, attempts, positions, claimer, isReported, closes }: Ended): RepeatsResult {
  const { alerts, opensAt } = plan;
  const violations: string[] = [];
  const isClosed = { a: isFinal(positions.a.state), b: isFinal(positions.b.state) };
  const of = (alert: number) => attempts.filter((attempt) => attempt.alert === alert);
  // What is in progress needs the sweep, if the claim of another hit holds it.
  const wentWell = (alert: number) =>
    of(alert).some(({ planned, status }) => planned === 'ok' && (plan.isSwept || status !== 'in-progress'));
  const diedAfterFinal = (alert: number) => of(alert).some(({ planned }) => planned === 'die-after-final');

  const isOlder = (alert: number) => (alerts[alert]?.at ?? 0) < opensAt;
  const closedBy = claimer === 'sweep' ? undefined : claimer?.alert;
  const isWrong = isClosed.b && (closedBy === undefined ? isOlder(0) && isOlder(1) : isOlder(closedBy));
  const dead = closedBy === undefined ? diedAfterFinal(0) || diedAfterFinal(1) : diedAfterFinal(closedBy);
  if (isWrong && !dead) violations.push('B was closed by an alert that is older');
  if (isWrong && (positions.b.notices ?? []).length === 0) violations.push('B was closed without a notice');

  if (!isClosed.a && (wentWell(0) || wentWell(1)))
    violations.push('A was never closed although a try went well');
  if (closes.some((count) => count > 1)) violations.push('a position was closed twice');

  const isMissed = !isClosed.b && !isOlder(1) && wentWell(1);
  const [first] = of(0);
  const wasAnsweredWell =
    first?.planned === 'ok' && (first.answeredAt ?? Number.POSITIVE_INFINITY) < alerts[1].at;
  if (isMissed && wasAnsweredWell) violations.push('B was missed after an alert that was answered well');
  if (isMissed && !isReported) violations.push('B was left open without a notice');
  return { violations, closedAfterDeath: isWrong && dead, leftAlone: isMissed };
}
