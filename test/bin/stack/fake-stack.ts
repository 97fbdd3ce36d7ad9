/** What the fake CloudFormation knows of a stack, and how a change set compares with it. */
export interface FakeEvent {
  id: string;
  resource: string;
  type: string;
  status: string;
  reason?: string;
}
export interface FakeTemplate {
  Parameters?: Record<string, { Default?: string | number }>;
  Resources: Record<string, { Type: string; DeletionPolicy?: string; Properties?: Record<string, unknown> }>;
}
export interface FakeStack {
  name: string;
  id: string;
  status: string;
  reason?: string;
  template: string;
  parameters: Record<string, string>;
  protected: boolean;
  outputs?: Record<string, string>;
  events: FakeEvent[];
  /** Events that are still to come, and what the stack is after them. */
  coming: { events: FakeEvent[]; status: string }[];
  resources: Map<string, { type: string; status: string }>;
}
export interface FakeChangeSet {
  id: string;
  stack: FakeStack;
  type: string;
  status: string;
  reason?: string;
  template: string;
  parameters: Record<string, string>;
  changed: string[];
}

/** A request that CloudFormation refuses, with its text. */
export class Refusal extends Error {}

export function toXml(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, inner]) => (inner === undefined ? '' : `<${name}>${toXml(inner)}</${name}>`))
      .join('');
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function describe(stack: FakeStack) {
  return {
    StackName: stack.name,
    StackId: stack.id,
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    CreationTime: '2026-11-27T00:00:00Z',
    EnableTerminationProtection: stack.protected,
    Outputs: Object.entries(toOutputs(stack)).map(([OutputKey, OutputValue]) => ({
      OutputKey,
      OutputValue,
    })),
    Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  };
}

/** As in the template, the setting `table` is the output too. */
function toOutputs({ outputs = {}, parameters: { table = 'none' } }: FakeStack): Record<string, string> {
  return outputs.TableName === undefined || table === 'none' ? outputs : { ...outputs, TableName: table };
}

export function listResources(stack: FakeStack) {
  return [...stack.resources].map(([id, { type, status }]) => ({
    LogicalResourceId: id,
    PhysicalResourceId: `${id}-id`,
    ResourceType: type,
    ResourceStatus: status,
    LastUpdatedTimestamp: '2026-11-27T00:00:00Z',
  }));
}

export function toAction({ type, stack, template }: FakeChangeSet, id: string): string {
  if (type === 'CREATE') return 'Add';
  const has = (text: string) => Object.hasOwn((JSON.parse(text) as FakeTemplate).Resources, id);
  if (!has(template)) return 'Remove';
  return has(stack.template) ? 'Modify' : 'Add';
}

export function findChanged(
  stack: FakeStack,
  template: string,
  parameters: Record<string, string>,
): string[] {
  const [before, after] = [stack.template, template].map(
    (text) => (JSON.parse(text) as FakeTemplate).Resources,
  );
  const isOther = JSON.stringify(parameters) !== JSON.stringify(stack.parameters);
  return Object.keys({ ...before, ...after }).filter(
    (id) => isOther || JSON.stringify(before?.[id]) !== JSON.stringify(after?.[id]),
  );
}

/** As CloudFormation does it: a parameter that is not in the request has its default. */
export function toParameters(
  template: FakeTemplate,
  stack: FakeStack,
  request: URLSearchParams,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (let index = 1; request.has(`Parameters.member.${index}.ParameterKey`); index += 1) {
    const key = request.get(`Parameters.member.${index}.ParameterKey`) ?? '';
    const previous = request.get(`Parameters.member.${index}.UsePreviousValue`) === 'true';
    const value = previous ? stack.parameters[key] : request.get(`Parameters.member.${index}.ParameterValue`);
    if (typeof value !== 'string')
      throw new Refusal(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    if (template.Parameters?.[key] === undefined)
      throw new Refusal(`Parameters: [${key}] do not exist in the template`);
    given[key] = value;
  }
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([name, { Default: initial }]) => {
      const value = given[name] ?? initial;
      if (value === undefined) throw new Refusal(`Parameters: [${name}] must have values`);
      return [name, String(value)];
    }),
  );
}
