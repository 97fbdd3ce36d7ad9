import { type SettingName, settingNames, settings, unset } from '../../infra/stack/setting-definitions.ts';
import type { DeployArguments } from './deploy-arguments.ts';

export type SettingValues = Partial<Record<SettingName, string>>;

export interface Cut {
  /** The start of a sentence. */
  why: string;
  /** Whether it cuts only the links of accounts with the egress "stack". */
  egress: boolean;
}

/** What the deployment will change. */
export interface DeploymentPlan {
  /** Parameters that the deployment names. It keeps all others. */
  parameters: SettingValues;
  /** Settings that get another value. `was` is undefined in a first deployment. */
  changes: { name: SettingName; was: string | undefined; will: string }[];
  /** Whether links that exist can stop working, and why. */
  cuts: Cut | undefined;
  /** Whether the first deployment has no address for alarms and notices. */
  needsNotifyEmail: boolean;
}

/**
 * @param deployed the settings of the stack; undefined if there is none.
 * @returns what a deployment with these arguments changes.
 */
export function planDeployment(
  args: Pick<DeployArguments, 'set' | 'unset'>,
  deployed: SettingValues | undefined,
): DeploymentPlan {
  const removed = Object.fromEntries(args.unset.map((name) => [name, toDefault(name)]));
  const parameters: SettingValues = { ...removed, ...args.set };
  const changes = settingNames.flatMap((name) => {
    const was = deployed === undefined ? undefined : (deployed[name] ?? toDefault(name));
    const will = parameters[name] ?? was ?? toDefault(name);
    return was === will ? [] : [{ name, was, will }];
  });
  return {
    parameters,
    changes,
    cuts: findCut(changes),
    needsNotifyEmail: deployed === undefined && parameters.notifyEmail === undefined,
  };
}

/** Only the restore knows when no spent link is armed any more. */
export function endsHalt({ changes }: Pick<DeploymentPlan, 'changes'>): boolean {
  return changes.some(({ name, was, will }) => name === 'linksHalted' && was === 'true' && will !== 'true');
}

/** @returns every setting, those without a value with their defaults. */
export function completeSettings(values: SettingValues): SettingValues {
  return Object.fromEntries(settingNames.map((name) => [name, values[name] ?? toDefault(name)]));
}

function toDefault(name: SettingName): string {
  const definition = settings[name];
  return 'default' in definition ? String(definition.default) : unset;
}

/** Links contain the address that they were made with. The API's own address stays, a domain's does not. */
function findCut(changes: DeploymentPlan['changes']): Cut | undefined {
  const why = findCutOfAll(changes);
  if (why !== undefined) return { why, egress: false };
  const proxies = changes.find(({ name, was }) => name === 'egressProxies' && was !== undefined);
  if (proxies?.was === undefined || Number(proxies.will) >= Number(proxies.was)) return undefined;
  const loss =
    proxies.will === '0'
      ? 'accounts with egress "stack" would send nothing'
      : 'accounts with egress "stack" would lose an address that their keys may be bound to';
  return { why: loss, egress: true };
}

function findCutOfAll(changes: DeploymentPlan['changes']): string | undefined {
  const find = (name: SettingName) =>
    changes.find((change) => change.name === name && change.was !== undefined && change.was !== unset);
  const table = changes.find(({ name, was }) => name === 'table' && was !== undefined);
  if (table !== undefined) return 'links are in the present table, and the stack would use another one';
  const domain = find('domainName');
  if (domain !== undefined) return `links at ${domain.was} would stop working`;
  const zone = find('hostedZoneId');
  return zone === undefined ? undefined : `the DNS record of the domain would be removed from ${zone.was}`;
}
