import {
  describe,
  type FakeChangeSet,
  type FakeEvent,
  type FakeStack,
  type FakeTemplate,
  findChanged,
  listResources,
  Refusal,
  toAction,
  toParameters,
  toXml,
} from './fake-stack.ts';

/**
 * CloudFormation as far as a deployment needs it, in its query protocol:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
 * An operation goes on by one event each time that the events are read, so waiting is observable without a clock.
 */
const stackType = 'AWS::CloudFormation::Stack';

export class FakeCloudFormation {
  readonly stacks: FakeStack[] = [];
  readonly #changeSets = new Map<string, FakeChangeSet>();
  /** Resources that can't be created or changed, and why. */
  readonly failing = new Map<string, string>();
  /** Resources that can't be deleted, and why. */
  readonly undeletable = new Map<string, string>();
  /** @returns why another resource can't be deleted; undefined if it can. */
  findObstacle: (resource: string) => string | undefined = () => undefined;
  /** Resources that a change replaces, or may replace. */
  readonly replacing = new Map<string, 'True' | 'Conditional'>();
  /** Outputs of the stacks that are created. */
  outputs: Record<string, string> = {};
  /** Actions in the order in which they were called, without reads. */
  readonly changes: string[] = [];
  /** Reads a template at an address. */
  readUrl: (url: string) => string = () => '';
  #count = 0;

  /** @returns status and body of the response to a request's body. */
  answer(body: string): { status: number; body: string } {
    const request = new URLSearchParams(body);
    const action = request.get('Action') ?? '';
    if (!/^(Describe|List|Get)/.test(action)) this.changes.push(action);
    try {
      const result = toXml(this.#run(action, request));
      return {
        status: 200,
        body: `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
      };
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const message = toXml(thrown.message);
      return {
        status: 400,
        body: `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
      };
    }
  }

  find(nameOrId: string): FakeStack | undefined {
    return this.stacks.find(
      ({ name, id, status }) => id === nameOrId || (name === nameOrId && status !== 'DELETE_COMPLETE'),
    );
  }

  #run(action: string, request: URLSearchParams): unknown {
    const name = request.get('StackName') ?? '';
    const stack = () => this.#get(name);
    switch (action) {
      case 'DescribeStacks':
        return { Stacks: name === '' ? this.stacks.map(describe) : [describe(stack())] };
      case 'DescribeStackEvents':
        return { StackEvents: this.#readEvents(stack()) };
      case 'ListStackResources':
        return { StackResourceSummaries: listResources(stack()) };
      case 'CreateChangeSet':
        return this.#createChangeSet(name, request);
      case 'DescribeChangeSet':
        return this.#describeChangeSet(request);
      case 'DeleteChangeSet':
        this.#changeSets.delete(request.get('ChangeSetName') ?? '');
        return {};
      case 'ExecuteChangeSet':
        return this.#execute(request);
      case 'DeleteStack':
        return this.#delete(this.find(name));
      case 'GetTemplate':
        return { TemplateBody: stack().template };
      case 'UpdateTerminationProtection':
        stack().protected = request.get('EnableTerminationProtection') === 'true';
        return {};
      default:
        throw new Error(`The fake has no ${action}.`);
    }
  }

  #get(name: string): FakeStack {
    const stack = this.find(name);
    if (stack === undefined) throw new Refusal(`Stack with id ${name} does not exist`);
    return stack;
  }

  #readEvents(stack: FakeStack) {
    const next = stack.coming.shift();
    if (next !== undefined) {
      stack.events.push(...next.events);
      stack.status = next.status;
    }
    return stack.events.toReversed().map((event) => ({
      EventId: event.id,
      StackId: stack.id,
      StackName: stack.name,
      LogicalResourceId: event.resource,
      PhysicalResourceId: event.type === stackType ? stack.id : `${event.resource}-id`,
      ResourceType: event.type,
      ResourceStatus: event.status,
      ResourceStatusReason: event.reason,
      Timestamp: '2026-11-27T00:00:00Z',
    }));
  }

  #createChangeSet(name: string, request: URLSearchParams) {
    const type = request.get('ChangeSetType') ?? 'UPDATE';
    const stack = type === 'CREATE' ? this.#addStack(name) : this.#get(name);
    if (stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS')
      throw new Refusal(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    const url = request.get('TemplateURL');
    const given = url === null ? request.get('TemplateBody') : this.readUrl(url);
    const template = request.get('UsePreviousTemplate') === 'true' ? stack.template : (given ?? '');
    const parameters = toParameters(JSON.parse(template), stack, request);
    this.#count += 1;
    const id = `arn:aws:cloudformation:eu-west-1:123456789012:changeSet/${request.get('ChangeSetName')}/${this.#count}`;
    const changed = findChanged(stack, template, parameters);
    const isEmpty = type === 'UPDATE' && changed.length === 0;
    this.#changeSets.set(id, {
      ...{ id, stack, type, template, parameters, changed },
      status: isEmpty ? 'FAILED' : 'CREATE_COMPLETE',
      ...(isEmpty && {
        reason:
          "The submitted information didn't contain changes. Submit different information to create a change set.",
      }),
    });
    return { Id: id, StackId: stack.id };
  }

  #addStack(name: string): FakeStack {
    const known = this.find(name);
    if (known?.status === 'REVIEW_IN_PROGRESS') return known;
    if (known !== undefined)
      throw new Refusal(`Stack [${name}] already exists and cannot be created again with the changeSet.`);
    this.#count += 1;
    const id = `arn:aws:cloudformation:eu-west-1:123456789012:stack/${name}/${this.#count}`;
    const stack: FakeStack = {
      ...{ name, id, status: 'REVIEW_IN_PROGRESS', template: '{"Resources":{}}', parameters: {} },
      ...{ protected: false, events: [], coming: [], resources: new Map() },
    };
    this.stacks.push(stack);
    stack.events.push(this.#event(name, stackType, 'REVIEW_IN_PROGRESS'));
    return stack;
  }

  #event(resource: string, type: string, status: string, reason?: string): FakeEvent {
    this.#count += 1;
    return { id: `event-${this.#count}`, resource, type, status, ...(reason !== undefined && { reason }) };
  }

  #describeChangeSet(request: URLSearchParams) {
    const changeSet = this.#changeSets.get(request.get('ChangeSetName') ?? '');
    if (changeSet === undefined) throw new Refusal('ChangeSet does not exist');
    const { Resources: resources } = JSON.parse(changeSet.template) as FakeTemplate;
    return {
      ChangeSetId: changeSet.id,
      StackId: changeSet.stack.id,
      Status: changeSet.status,
      StatusReason: changeSet.reason,
      Changes: changeSet.changed.map((LogicalResourceId) => ({
        Type: 'Resource',
        ResourceChange: {
          Action: toAction(changeSet, LogicalResourceId),
          LogicalResourceId,
          ResourceType: resources[LogicalResourceId]?.Type ?? 'Removed',
          PhysicalResourceId: `${LogicalResourceId}-id`,
          Replacement: this.replacing.get(LogicalResourceId),
        },
      })),
    };
  }

  #execute(request: URLSearchParams) {
    const changeSet = this.#changeSets.get(request.get('ChangeSetName') ?? '');
    if (changeSet === undefined) throw new Refusal('ChangeSet does not exist');
    const { stack, type } = changeSet;
    stack.status = `${type}_IN_PROGRESS`;
    const own = (status: string, reason?: string) => this.#event(stack.name, stackType, status, reason);
    const { Resources: resources } = JSON.parse(changeSet.template) as FakeTemplate;
    const failed = changeSet.changed.find((id) => this.failing.has(id));
    const steps = changeSet.changed.map((id) => {
      const resource = { type: resources[id]?.Type ?? 'Removed' };
      const status = id === failed ? `${type}_FAILED` : `${type}_COMPLETE`;
      stack.resources.set(id, { ...resource, status });
      return this.#event(id, resource.type, status, this.failing.get(id));
    });
    stack.coming.push({ events: [own(`${type}_IN_PROGRESS`, 'User Initiated')], status: stack.status });
    stack.coming.push({ events: steps, status: stack.status });
    if (failed !== undefined) {
      this.#rollBack(stack, type, own);
      return {};
    }
    stack.template = changeSet.template;
    stack.outputs ??= this.outputs;
    stack.parameters = changeSet.parameters;
    stack.coming.push({ events: [own(`${type}_COMPLETE`)], status: `${type}_COMPLETE` });
    return {};
  }

  #rollBack(stack: FakeStack, type: string, own: (status: string, reason?: string) => FakeEvent): void {
    if (type === 'UPDATE') {
      stack.coming.push({
        events: [own('UPDATE_ROLLBACK_IN_PROGRESS'), own('UPDATE_ROLLBACK_COMPLETE')],
        status: 'UPDATE_ROLLBACK_COMPLETE',
      });
      return;
    }
    const stuck = this.#deleteResources(stack);
    const end = stuck.length === 0 ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED';
    stack.coming.push({ events: [own('ROLLBACK_IN_PROGRESS'), ...stuck, own(end)], status: end });
  }

  /** @returns the events of the resources that can't be deleted. */
  #deleteResources(stack: FakeStack): FakeEvent[] {
    return [...stack.resources].flatMap(([id, resource]) => {
      const reason = this.undeletable.get(id) ?? this.findObstacle(id);
      resource.status = reason === undefined ? 'DELETE_COMPLETE' : 'DELETE_FAILED';
      return reason === undefined ? [] : [this.#event(id, resource.type, 'DELETE_FAILED', reason)];
    });
  }

  #delete(stack: FakeStack | undefined) {
    if (stack === undefined) return {};
    if (stack.protected)
      throw new Refusal(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    const { Resources: resources } = JSON.parse(stack.template) as FakeTemplate;
    // Its policy keeps a resource when the stack is deleted, and not when its creation is rolled back.
    for (const [id, { DeletionPolicy: policy = '' }] of Object.entries(resources))
      if (policy.startsWith('Retain')) stack.resources.delete(id);
    const stuck = this.#deleteResources(stack);
    const status = stuck.length === 0 ? 'DELETE_COMPLETE' : 'DELETE_FAILED';
    const wasEmpty = stack.status === 'REVIEW_IN_PROGRESS';
    stack.status = wasEmpty ? status : 'DELETE_IN_PROGRESS';
    stack.coming.push({ events: [...stuck, this.#event(stack.name, stackType, status)], status });
    return {};
  }
}
