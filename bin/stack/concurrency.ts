import type { SettingName } from '../../infra/stack/setting-definitions.ts';
import type { SettingValues } from './plan-deployment.ts';

/** What an AWS account may run in a region, as Lambda reports it. */
export interface ConcurrencyQuota {
  limit: number;
  /** What no function has reserved. */
  unreserved: number;
}

/** AWS refuses a reservation that leaves less: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const alwaysUnreserved = 100;
const sweepReservation = 5;
const usualTrigger = 200;
/** With less, the trigger does better without a reservation: it shares at least 100 executions then. */
const leastTrigger = 50;

export interface ConcurrencyPlan {
  /** Settings that the quota decides. */
  parameters: SettingValues;
  /** Why they differ from the defaults. */
  remark: string | undefined;
  /** Why the deployment would fail. */
  refusal: string | undefined;
}

const nothing: ConcurrencyPlan = { parameters: {}, remark: undefined, refusal: undefined };

function countReserved(settings: SettingValues): number {
  return Number(settings.triggerConcurrency) + (settings.reserveSweep === 'true' ? sweepReservation : 0);
}

/** @param will the settings after an update. */
export function checkConcurrency(
  was: SettingValues,
  will: SettingValues,
  quota: ConcurrencyQuota,
): ConcurrencyPlan {
  const more = countReserved(will) - countReserved(was);
  return more > 0 && more > quota.unreserved - alwaysUnreserved
    ? refuse(quota, countReserved(will))
    : nothing;
}

/** @param named the settings that the first deployment names. */
export function chooseConcurrency(named: SettingValues, quota: ConcurrencyQuota): ConcurrencyPlan {
  const free = Math.max(0, quota.unreserved - alwaysUnreserved);
  const reserveSweep = named.reserveSweep ?? (free >= sweepReservation ? 'true' : 'false');
  const rest = free - (reserveSweep === 'true' ? sweepReservation : 0);
  const fitting = rest < leastTrigger ? 0 : Math.min(rest, usualTrigger);
  const chosen = { triggerConcurrency: named.triggerConcurrency ?? String(fitting), reserveSweep };
  if (countReserved(chosen) > free) return refuse(quota, countReserved(chosen));
  if (fitting === usualTrigger && reserveSweep === 'true') return nothing;
  const parameters = Object.fromEntries(
    Object.entries(chosen).filter(([name]) => named[name as SettingName] === undefined),
  );
  if (Object.keys(parameters).length === 0) return nothing;
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const remark = `AWS allows ${quota.limit} concurrent executions here and keeps ${alwaysUnreserved} of them unreserved, so this deployment sets ${values.join(' and ')}. Ask AWS for more, and set them afterwards.`;
  return { parameters, remark, refusal: undefined };
}

function refuse({ limit, unreserved }: ConcurrencyQuota, wanted: number): ConcurrencyPlan {
  const refusal = `the settings reserve ${wanted} concurrent executions. AWS allows ${limit} in this account and region, of which ${unreserved} are not reserved, and keeps ${alwaysUnreserved} unreserved. Ask AWS for more, or reserve fewer: --set triggerConcurrency=0 --set reserveSweep=false`;
  return { ...nothing, refusal };
}
