/** What a prefix looks like: it is part of the names of the functions, the bucket, the parameters and the stack. */
export const prefixPattern = /^[a-z][a-z0-9-]{0,23}$/;
export const expectedPrefix = 'expected 1 to 24 lowercase letters, digits or -, starting with a letter';

/** The prefix `ripcord` is the stack `Ripcord`, `ripcord-test` the stack `Ripcord-test`. */
export function stackName(prefix: string): string {
  return prefix.charAt(0).toUpperCase() + prefix.slice(1);
}

/** A parameter of the template. CloudFormation checks its values, and `npm run deploy` does so before. */
interface SettingDefinition {
  type: 'String' | 'Number';
  /** Missing: the first deployment has to name the setting. */
  default?: string | number;
  allowedPattern?: string;
  allowedValues?: string[];
  minValue?: number;
  maxValue?: number;
  constraintDescription: string;
  description: string;
}

/** The value of a text setting that is not set: `cdk deploy` can't pass an empty text. */
export const unset = 'none';

function optionalText(pattern: string, expected: string, description: string): SettingDefinition {
  return {
    type: 'String',
    default: unset,
    allowedPattern: `^(${unset}|${pattern})$`,
    constraintDescription: `expected ${expected}, or ${unset}`,
    description,
  };
}

function wholeNumber(initial: number, [low, high]: [number, number], description: string): SettingDefinition {
  return {
    type: 'Number',
    default: initial,
    minValue: low,
    maxValue: high,
    constraintDescription: `expected a whole number from ${low} to ${high}`,
    description,
  };
}

function choice(allowed: string[], description: string): SettingDefinition {
  return {
    type: 'String',
    allowedValues: allowed,
    constraintDescription: `expected one of ${allowed.join(', ')}`,
    description,
  };
}

/** The retention periods that CloudWatch Logs offers, in days. */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];
/**
 * The functions' logs live at least this long: `ripcord restore` replays them over a backup, and backups go back 35 days.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
 */
export const leastJournalDays = 60;
export const shortRetentions = retentions.filter((days) => days < leastJournalDays).map(String);

const { default: _, ...notifyEmail } = optionalText(
  '[^@\\s]+@[^@\\s]+\\.[^@\\s]+',
  'an e-mail address',
  'The address that gets alarms and notices; AWS sends it a confirmation e-mail',
);

/** The settings of a stack. A deployment that does not name one keeps its value. */
export const settings = {
  /** Has no default, so that an update of a stack from before these parameters fails before it changes anything. */
  notifyEmail,
  domainName: optionalText(
    '([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}',
    'a host such as links.example.org',
    'The host that new links start with',
  ),
  certificateArn: optionalText(
    'arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9_-]+',
    'the ARN of an ACM certificate',
    "The certificate of domainName, in the stack's region",
  ),
  hostedZoneId: optionalText(
    'Z[A-Z0-9]{1,31}',
    'the id of a Route 53 zone, such as Z0123456789ABC',
    'The zone for the record of domainName; without it, create the record yourself',
  ),
  throttleRate: wholeNumber(
    100,
    [1, 5_000],
    'Requests per second that the API accepts, for GET and POST each',
  ),
  throttleBurst: wholeNumber(50, [1, 2_500], 'The burst that the API accepts, for GET and POST each'),
  triggerConcurrency: {
    // A text, because the template compares it with one: CloudFormation does so for a number too, and some emulators don't.
    type: 'String',
    default: '200',
    allowedPattern: '^(0|[1-9][0-9]{0,3}|10000)$',
    constraintDescription: 'expected a whole number from 0 to 10000',
    description: 'Concurrent executions reserved for the trigger, and its maximum; 0 reserves none',
  },
  reserveSweep: {
    ...choice(['true', 'false'], 'Reserves five concurrent executions for the sweep'),
    default: 'true',
  },
  warmUp: {
    ...choice(['true', 'false'], 'Prepares the trigger for alerts every minute'),
    default: 'true',
  },
  dashboard: {
    ...choice(['true', 'false'], 'Adds a CloudWatch dashboard, which costs $3 a month'),
    default: 'false',
  },
  egressProxies: {
    ...choice(['0', '1', '2'], 'Proxies with fixed addresses for API keys, $7.36 a month each'),
    default: '0',
  },
  egressBuild: {
    type: 'String',
    default: '1',
    allowedPattern: '^[A-Za-z0-9_.-]{1,64}$',
    constraintDescription: 'expected 1 to 64 letters, digits, _, . or -',
    description: 'Another value rebuilds the proxies with the newest image',
  },
  logRetentionDays: {
    ...choice(
      retentions.map(String),
      `Days until logs are deleted; the functions' logs are kept for at least ${leastJournalDays} days`,
    ),
    default: String(leastJournalDays),
  },
  table: optionalText(
    '[A-Za-z0-9_.-]{3,255}',
    'the name of a DynamoDB table',
    "A table to use instead of the stack's own, such as a restored one",
  ),
  linksHalted: {
    ...choice(['true', 'false'], 'Links and the sweep act on nothing; ripcord restore sets and ends it'),
    default: 'false',
  },
} satisfies Record<string, SettingDefinition>;
export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** @returns what was expected instead of the value; undefined if the value is valid. */
export function findExpectation(name: SettingName, value: string): string | undefined {
  const definition: SettingDefinition = settings[name];
  const { allowedPattern, allowedValues, minValue = 0, maxValue = Number.POSITIVE_INFINITY } = definition;
  const isNumber = definition.type === 'String' || /^\d{1,9}$/.test(value);
  const isInRange = definition.type === 'String' || (Number(value) >= minValue && Number(value) <= maxValue);
  const isMatch = allowedPattern === undefined || new RegExp(allowedPattern).test(value);
  const isAllowed = allowedValues === undefined || allowedValues.includes(value);
  return isNumber && isInRange && isMatch && isAllowed ? undefined : definition.constraintDescription;
}
