import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

function oneOrMore<Value extends z.ZodType>(value: Value) {
  return z.union([z.array(value), value.transform((one) => [one])]);
}

const getAtt = z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const ref = z.strictObject({ Ref: z.string() });
const join = z.strictObject({
  'Fn::Join': z.tuple([z.literal(''), z.array(z.union([z.string(), ref, getAtt]))]),
});

/** The parts are named `{…}` in the text. */
const sub = z
  .strictObject({
    'Fn::Sub': z.union([
      z.string().transform((text): [string, Record<string, string>] => [text, {}]),
      z.tuple([z.string(), z.record(z.string(), z.union([z.string(), ref]))]),
    ]),
  })
  .transform(({ 'Fn::Sub': [text, parts] }) => ({ text, parts }));
const arnSchema = z.union([sub, join]);
type Arn = z.infer<typeof arnSchema>;

/** The only allowed conditions: items whose partition key starts with one of these, and what belongs to a parameter. */
const conditionSchema = z.union([
  z
    .strictObject({
      'ForAllValues:StringLike': z.strictObject({ 'dynamodb:LeadingKeys': z.array(z.string()).min(1) }),
    })
    .transform((condition) => condition['ForAllValues:StringLike']['dynamodb:LeadingKeys']),
  z
    .strictObject({
      StringLike: z.strictObject({ 'kms:EncryptionContext:PARAMETER_ARN': oneOrMore(arnSchema) }),
    })
    .transform((condition) => condition.StringLike['kms:EncryptionContext:PARAMETER_ARN']),
]);

/** Strict: a Deny, another condition, a NotAction or a bare * as resource fails to parse. */
const statementSchema = z.strictObject({
  Effect: z.literal('Allow'),
  Action: oneOrMore(z.string()),
  Resource: oneOrMore(z.union([getAtt, arnSchema, ref])),
  Condition: conditionSchema.optional(),
});

const policySchema = z.object({
  PolicyDocument: z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statementSchema) }),
  Roles: z.array(ref).min(1),
});

/**
 * @returns every permission in the template as `action resource`, sorted, by the function whose role has it; `proxy` for the instances.
 * Resources are written as `table`, `table with <keys>`, `… with <parameter>`, `table/index/…`, `topic`, `stack's key`, `log of <function>`,
 * `function <function>` and `arn:<service>:<resource>`.
 */
export function readPolicies(template: Template): Record<string, string[]> {
  const functionOfRole = new Map<string, string>();
  const nouns = new Map<string, string>();
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  for (const [id, { Properties: properties }] of functions) {
    const name = shortName(properties.FunctionName);
    functionOfRole.set(properties.Role['Fn::GetAtt'][0], name);
    nouns.set(id, `function ${name}`);
  }
  for (const [type, noun] of [
    ['AWS::DynamoDB::Table', 'table'],
    ['AWS::SNS::Topic', 'topic'],
    ['AWS::KMS::Key', "stack's key"],
    ['AWS::SecretsManager::Secret', 'egress credential'],
  ] as const)
    for (const id of Object.keys(template.findResources(type))) nouns.set(id, noun);
  for (const [id, group] of Object.entries(template.findResources('AWS::Logs::LogGroup'))) {
    nouns.set(id, `log of ${shortName(group.Properties.LogGroupName)}`);
  }

  for (const { Properties: properties } of Object.values(template.findResources('AWS::IAM::InstanceProfile')))
    functionOfRole.set(properties.Roles[0].Ref, 'proxy');

  const rights: Record<string, string[]> = {};
  for (const resource of Object.values(template.findResources('AWS::IAM::Policy'))) {
    const { PolicyDocument: document, Roles: roles } = policySchema.parse(resource.Properties);
    const found = document.Statement.flatMap(
      ({ Action: actions, Resource: resources, Condition: condition = [] }) =>
        resources.flatMap((arn) =>
          actions.map((action) => `${action} ${write(arn, nouns)}${writeCondition(condition, nouns)}`),
        ),
    );
    for (const { Ref: role } of roles) {
      const name = functionOfRole.get(role) ?? `unknown role ${role}`;
      rights[name] = [...(rights[name] ?? []), ...found].sort();
    }
  }
  return rights;
}

function writeCondition(values: (string | Arn)[], nouns: ReadonlyMap<string, string>): string {
  const written = values.map((value) => (typeof value === 'string' ? value : write(value, nouns)));
  return written.length === 0 ? '' : ` with ${written.join(' or ')}`;
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('-') + 1);
}

function write(
  arn: z.infer<typeof getAtt> | Arn | z.infer<typeof ref>,
  nouns: ReadonlyMap<string, string>,
): string {
  if ('Ref' in arn) return nouns.get(arn.Ref) ?? `{${arn.Ref}}`;
  if ('Fn::GetAtt' in arn) return nouns.get(arn['Fn::GetAtt'][0]) ?? JSON.stringify(arn);
  const parts = 'text' in arn ? splitSub(arn) : arn['Fn::Join'][1];
  return parts
    .map((part) => (typeof part === 'string' ? part : write(part, nouns)))
    .join('')
    .replace(/^arn:\{AWS::Partition\}:(\w+):\{AWS::Region\}:\{AWS::AccountId\}:/, 'arn:$1:')
    .replace(/^arn:dynamodb:table\/table(?=$|\/)/, 'table');
}

/** @returns the texts and references that an ARN consists of. */
function splitSub({ text, parts }: Extract<Arn, { text: string }>): (string | z.infer<typeof ref>)[] {
  return text.split(/(\$\{[^}]+\})/).map((piece) => {
    const [, name] = /^\$\{(.+)\}$/.exec(piece) ?? [];
    return name === undefined ? piece : (parts[name] ?? { Ref: name });
  });
}
