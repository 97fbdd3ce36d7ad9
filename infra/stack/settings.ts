import {
  CfnCondition,
  CfnParameter,
  type CfnParameterProps,
  CfnRule,
  Fn,
  type ICfnConditionExpression,
  type Stack,
  Token,
} from 'aws-cdk-lib';
import { z } from 'zod';
import {
  expectedPrefix,
  isSettingName,
  prefixPattern,
  type SettingName,
  settings,
  shortRetentions,
  unset,
} from './setting-definitions.ts';

const stageSchema = z.strictObject({
  prefix: z.string().regex(prefixPattern, expectedPrefix).default('ripcord'),
});

/** What names a stack. Everything else is a setting of the stack. */
export type Stage = z.infer<typeof stageSchema>;

/** The settings as the template uses them: numbers and texts are references to parameters. */
export interface StackSettings {
  readonly notifyEmail: string;
  readonly domainName: string;
  readonly certificateArn: string;
  readonly hostedZoneId: string;
  readonly throttleRate: number;
  readonly throttleBurst: number;
  readonly triggerConcurrency: number;
  readonly logRetentionDays: number;
  /** The name of an existing table; `none` if the stack has its own. */
  readonly table: string;
  /** Another value rebuilds the proxies. */
  readonly egressBuild: string;
  /** `true` or `false`. */
  readonly linksHalted: string;
  /** What exists only with some values. */
  readonly conditions: Readonly<
    Record<
      | 'email'
      | 'domain'
      | 'record'
      | 'triggerLimit'
      | 'sweepLimit'
      | 'warmUp'
      | 'dashboard'
      | 'ownTable'
      | 'shortLogs'
      | 'egress'
      | 'secondEgress',
      CfnCondition
    >
  >;
}

/** Adds the parameters, the rules between them, and the conditions that depend on them. */
export function addSettings(stack: Stack): StackSettings {
  const add = (name: SettingName) => addParameter(stack, name);
  const notifyEmail = add('notifyEmail').valueAsString;
  const domainName = add('domainName').valueAsString;
  const certificateArn = add('certificateArn').valueAsString;
  const hostedZoneId = add('hostedZoneId').valueAsString;
  const triggerConcurrency = add('triggerConcurrency').value;
  const isOn = (name: SettingName) => Fn.conditionEquals(add(name).valueAsString, 'true');
  const condition = (id: string, expression: ICfnConditionExpression) =>
    new CfnCondition(stack, id, { expression });
  const domain = condition('HasDomain', isSet(domainName));
  const logRetentionDays = add('logRetentionDays').value;
  const table = add('table').valueAsString;
  addDomainRules(stack, { domainName, certificateArn, hostedZoneId });
  return {
    notifyEmail,
    domainName,
    certificateArn,
    hostedZoneId,
    throttleRate: add('throttleRate').valueAsNumber,
    throttleBurst: add('throttleBurst').valueAsNumber,
    triggerConcurrency: Token.asNumber(triggerConcurrency),
    logRetentionDays: Token.asNumber(logRetentionDays),
    table,
    egressBuild: add('egressBuild').valueAsString,
    linksHalted: add('linksHalted').valueAsString,
    conditions: {
      email: condition('HasEmail', isSet(notifyEmail)),
      domain,
      record: condition('HasRecord', Fn.conditionAnd(domain, isSet(hostedZoneId))),
      ...addTriggerConditions(stack, triggerConcurrency, isOn('warmUp')),
      sweepLimit: condition('LimitsSweep', isOn('reserveSweep')),
      dashboard: condition('HasDashboard', isOn('dashboard')),
      ownTable: condition('OwnTable', Fn.conditionEquals(table, unset)),
      ...addEgressConditions(stack, add('egressProxies').valueAsString),
      shortLogs: condition('ShortLogs', isOneOf(logRetentionDays, shortRetentions)),
    },
  };
}

function isOneOf(value: unknown, values: readonly string[]): ICfnConditionExpression {
  return Fn.conditionOr(...values.map((each) => Fn.conditionEquals(value, each)));
}

/** CloudFormation names the allowed values itself. */
function addParameter(stack: Stack, name: SettingName): CfnParameter {
  const { constraintDescription, ...definition }: CfnParameterProps = settings[name];
  const described = definition.allowedValues === undefined && { constraintDescription };
  return new CfnParameter(stack, name, { ...definition, ...described });
}

function addTriggerConditions(stack: Stack, concurrency: unknown, warmUp: ICfnConditionExpression) {
  const isNot = (count: string) => Fn.conditionNot(Fn.conditionEquals(concurrency, count));
  return {
    triggerLimit: new CfnCondition(stack, 'LimitsTrigger', { expression: isNot('0') }),
    // A warm-up would take the only execution from an alert.
    warmUp: new CfnCondition(stack, 'WarmsUp', { expression: Fn.conditionAnd(warmUp, isNot('1')) }),
  };
}

function addEgressConditions(stack: Stack, proxies: string) {
  const has = (count: string) => Fn.conditionEquals(proxies, count);
  return {
    egress: new CfnCondition(stack, 'HasEgress', { expression: Fn.conditionNot(has('0')) }),
    secondEgress: new CfnCondition(stack, 'HasSecondEgress', { expression: has('2') }),
  };
}

function isSet(value: string): ICfnConditionExpression {
  return Fn.conditionNot(Fn.conditionEquals(value, unset));
}

type DomainSettings = Pick<StackSettings, 'domainName' | 'certificateArn' | 'hostedZoneId'>;

/** CloudFormation checks rules before it changes anything. */
function addDomainRules(stack: Stack, { domainName, certificateArn, hostedZoneId }: DomainSettings): void {
  const needs = (id: string, given: string, needed: string, assertDescription: string) =>
    new CfnRule(stack, id, {
      ruleCondition: isSet(given),
      assertions: [{ assert: isSet(needed), assertDescription }],
    });
  needs('DomainNeedsCertificate', domainName, certificateArn, 'domainName needs certificateArn');
  needs('CertificateNeedsDomain', certificateArn, domainName, 'certificateArn needs domainName');
  needs('ZoneNeedsDomain', hostedZoneId, domainName, 'hostedZoneId needs domainName');
}

/** CDK's own names contain a colon or a slash, except the one that `cdk cli-telemetry` writes. */
function isCdkName(name: string): boolean {
  return /[:/]/.test(name) || name === 'cli-telemetry';
}

/**
 * @param context the whole context of the app: `app.node.getAllContext()`. An unknown name is an error: a misspelled one
 * would silently leave a default in effect.
 * @throws Error that names each invalid name or value, and what was expected.
 */
export function parseStage(context: Readonly<Record<string, unknown>>): Stage {
  const own = Object.fromEntries(Object.entries(context).filter(([name]) => !isCdkName(name)));
  const parsed = stageSchema.safeParse(own);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => `  ${describeUnknown(name)}`)
      : [`  context "prefix" is ${JSON.stringify(own.prefix)}: ${issue.message}`],
  );
  throw new Error(`The stack can't be synthesized. Nothing was changed.\n${lines.join('\n')}`);
}

function describeUnknown(name: string): string {
  return isSettingName(name)
    ? `"${name}" is a parameter of the stack: deploy with --parameters ${name}=VALUE, or with npm run deploy -- --set ${name}=VALUE`
    : `context "${name}" is unknown: expected prefix`;
}
