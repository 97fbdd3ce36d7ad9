"""
CloudFormation as AWS documents it, where moto is simpler: conditions and parameters take effect in updates, change sets are
reviewed and belong to their stack, a failure rolls back, deletion policies and termination protection hold.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

import copy

from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.core.responses import ActionResult, EmptyResult

import resource_types

ResourceMap, Stack, ChangeSet = parsing.ResourceMap, models.Stack, models.ChangeSet
Backend, Response = models.CloudFormationBackend, responses.CloudFormationResponse

known_class = parsing.resource_class_from_type
# Otherwise a line for each resource whose type it lacks.
parsing.logger.setLevel("ERROR")


def class_of(resource_type):
    return known_class(resource_type) or resource_types.record(resource_type)


parsing.resource_class_from_type = class_of


read_template = responses.get_stack_from_s3_url


def read_loopback_template(template_url, account_id, partition):
    """moto takes the first part of a loopback address for a bucket."""
    return read_template(template_url.replace("://127.0.0.1", "://localhost"), account_id, partition)


responses.get_stack_from_s3_url = read_loopback_template


class Refused(Exception):
    """A resource could not be created, updated or deleted."""

    def __init__(self, logical_id, cause):
        super().__init__(f"{logical_id}: {cause}")
        self.logical_id, self.cause = logical_id, cause


create_resource = parsing.parse_and_create_resource


def create_or_refuse(logical_id, *others, **named):
    """Names the resource that failed: another one, which refers to it, may have asked for it."""
    try:
        return create_resource(logical_id, *others, **named)
    except Refused:
        raise
    except Exception as cause:
        raise Refused(logical_id, cause) from cause


parsing.parse_and_create_resource = create_or_refuse


def exists(resources, logical_id):
    condition = resources._resource_json_map.get(logical_id, {}).get("Condition")
    return condition is None or resources.lazy_condition_map[condition]


def resolve(resources, logical_id):
    return parsing.clean_json(copy.deepcopy(resources._resource_json_map[logical_id]), resources)


def apply(resources, template, parameters):
    """Brings the resources to what template and parameters describe. @returns what changed."""
    before, old_template = dict(getattr(resources, "applied", {})), resources._resource_json_map
    resources._template = template
    resources._resource_json_map = template["Resources"]
    resources.input_parameters = parameters
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()
    resources.applied = {}
    changes = []
    for logical_id in resources._ResourceMap__get_resources_in_dependency_order():
        if exists(resources, logical_id):
            changes += put(resources, logical_id, before.get(logical_id))
    for logical_id in reversed([name for name in before if name not in resources.applied]):
        changes.append(("Remove", logical_id, old_template[logical_id]["Type"]))
        remove(resources, logical_id, old_template[logical_id], kept_by=("Retain", "RetainExceptOnCreate"))
    return changes


def put(resources, logical_id, before):
    kind = resources._resource_json_map[logical_id]["Type"]
    try:
        if before is None:
            resources[logical_id]
            resources.applied[logical_id] = resolve(resources, logical_id)
            return [("Add", logical_id, kind)]
        resources.applied[logical_id] = before
        wanted = resolve(resources, logical_id)
        if wanted == before:
            return []
        update(resources, logical_id, wanted)
        resources.applied[logical_id] = wanted
        return [("Modify", logical_id, kind)]
    except Refused:
        raise
    except Exception as cause:
        raise Refused(logical_id, cause) from cause


# Their update in moto makes another resource, or needs what a template does not give it.
kept_on_update = {"AWS::SNS::Topic", "AWS::IAM::Role"}


def update(resources, logical_id, wanted):
    kind = class_of(wanted["Type"])
    if wanted["Type"] in kept_on_update or hasattr(kind.update_from_cloudformation_json, "__isabstractmethod__"):
        return
    original = resources._parsed_resources[logical_id]
    changed = kind.update_from_cloudformation_json(
        original_resource=original,
        new_resource_name=original.physical_resource_id,
        cloudformation_json=copy.deepcopy(wanted),
        account_id=resources._account_id,
        region_name=resources._region_name,
    )
    changed.cf_resource_type, changed.logical_resource_id = wanted["Type"], logical_id
    resources._parsed_resources[logical_id] = changed


def remove(resources, logical_id, resource_json, kept_by):
    resource = resources._parsed_resources.pop(logical_id, None)
    if resource is None or resource_json.get("DeletionPolicy") in kept_by:
        return
    try:
        resources._delete_resource(resource, getattr(resources, "applied", {}).get(logical_id, resource_json))
    except Exception as cause:
        raise Refused(logical_id, cause) from cause


def preview(stack, template, parameters):
    """@returns what a change set would change. References to what does not exist yet count as changes."""
    resources = stack.resource_map
    trial = copy.copy(resources)
    trial._parsed_resources = dict(resources._parsed_resources)
    trial._resource_json_map, trial._template = template["Resources"], template
    trial.input_parameters, trial.resolved_parameters = parameters, {}
    trial.load_parameters()
    trial.load_conditions()
    applied = getattr(resources, "applied", {})
    wanted = [name for name in template["Resources"] if exists(trial, name)]
    added = [name for name in wanted if name not in applied]
    # Otherwise a reference would create what it names.
    trial._parsed_resources.update({name: Pending(name) for name in added})
    changes = [("Add", name) for name in added]
    changes += [("Modify", name) for name in wanted if name in applied and resolve(trial, name) != applied[name]]
    kinds = {**resources._resource_json_map, **template["Resources"]}
    changes += [("Remove", name) for name in applied if name not in wanted]
    return [(action, name, kinds[name]["Type"]) for action, name in changes]


class Pending:
    def __init__(self, name):
        self.physical_resource_id = f"pending-{name}"

    def get_cfn_attribute(self, attribute):
        return f"{self.physical_resource_id}.{attribute}"


def check_rules(template, resources):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html"""
    for name, rule in template.get("Rules", {}).items():
        holds = lambda expression: parsing.parse_condition(expression, resources, {})  # noqa: E731
        if "RuleCondition" in rule and not holds(rule["RuleCondition"]):
            continue
        for assertion in rule["Assertions"]:
            if not holds(assertion["Assert"]):
                reason = assertion.get("AssertDescription", name)
                raise ValidationError(message=f"Template validation error: Rule {name} failed: {reason}")


def complete_parameters(template, given):
    """@returns the parameters as texts, with defaults."""
    definitions = template.get("Parameters", {})
    missing = [name for name, item in definitions.items() if "Default" not in item and name not in given]
    if missing:
        raise ValidationError(message=f"Parameters: [{', '.join(missing)}] must have values")
    unknown = [name for name in given if name not in definitions]
    if unknown:
        raise ValidationError(message=f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    return {name: str(given.get(name, item.get("Default"))) for name, item in definitions.items()}


def find(backend, stack_name):
    return next((stack for stack in backend.stacks.values() if stack_name in (stack.name, stack.stack_id)), None)


def create_change_set(
    self, stack_name, change_set_name, template, parameters, description, change_set_type,
    notification_arns=None, tags=None, role_arn=None,
):
    stack = find(self, stack_name)
    parsed = Stack.parse_template(template)
    if change_set_type == "CREATE":
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise AlreadyExistsException(f"Stack [{stack_name}] already exists and cannot be created again.")
    elif stack is None:
        raise ValidationError(message=f"Stack [{stack_name}] does not exist")
    elif not stack.status.endswith("_COMPLETE") or stack.status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
        raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
    complete = complete_parameters(parsed, parameters)
    if stack is None:
        stack = Stack(
            stack_id=models.generate_stack_id(stack_name, self.region_name, self.account_id), name=stack_name,
            template={}, parameters={}, account_id=self.account_id, region_name=self.region_name,
            notification_arns=notification_arns, tags=tags, role_arn=role_arn,
        )
        self.stacks[stack.stack_id] = stack
        stack.status = "REVIEW_IN_PROGRESS"
        stack._add_stack_event("REVIEW_IN_PROGRESS", resource_status_reason="User Initiated")
    check_rules(parsed, {**stack.resource_map._parsed_resources, **complete})
    change_set = ChangeSet(
        change_set_type=change_set_type,
        change_set_id=models.generate_changeset_id(change_set_name, self.region_name, self.account_id),
        change_set_name=change_set_name, stack=stack, template=template, parameters=complete,
        description=description, notification_arns=notification_arns, tags=tags, role_arn=role_arn,
    )
    changes = preview(stack, parsed, complete)
    change_set.changes = [models.Change(*change) for change in changes]
    is_same = change_set_type == "UPDATE" and not changes and stack.template_dict.get("Outputs") == parsed.get("Outputs")
    change_set.status = "FAILED" if is_same else "CREATE_COMPLETE"
    change_set.execution_status = "UNAVAILABLE" if is_same else "AVAILABLE"
    if is_same:
        change_set.status_reason = (
            "The submitted information didn't contain changes. Submit different information to create a change set."
        )
    self.change_sets[change_set.change_set_id] = change_set
    return change_set.change_set_id, stack.stack_id


def find_change_set(backend, name, stack_name):
    for change_set in reversed(backend.change_sets.values()):
        is_named = change_set.change_set_name == name and stack_name in (change_set.stack_name, change_set.stack_id)
        if change_set.change_set_id == name or is_named:
            return change_set
    raise ChangeSetNotFound(name)


class ChangeSetNotFound(ValidationError):
    code = "ChangeSetNotFoundException"

    def __init__(self, name):
        super().__init__(message=f"ChangeSet [{name}] does not exist")


def event(stack, logical_id, status, reason=None):
    kind = stack.template_dict.get("Resources", {}).get(logical_id, {}).get("Type", "")
    resource = stack.resource_map._parsed_resources.get(logical_id)
    stack.events.append(models.Event(
        stack.stack_id, stack.name, logical_id, getattr(resource, "physical_resource_id", ""), kind, status, reason, None,
    ))


def run(stack, kind, template_text, parameters):
    """Creates or updates the stack's resources. A failure rolls back."""
    previous = (stack.template, stack.parameters)
    if kind == "CREATE":
        stack.creation_time = models.utcnow()
    stack.status = f"{kind}_IN_PROGRESS"
    stack._add_stack_event(stack.status, resource_status_reason="User Initiated")
    try:
        set_template(stack, template_text, parameters)
        for action, logical_id, _ in apply(stack.resource_map, stack.template_dict, parameters):
            verb = {"Add": "CREATE", "Modify": "UPDATE", "Remove": "DELETE"}[action]
            event(stack, logical_id, f"{verb}_COMPLETE")
    except Refused as failure:
        event(stack, failure.logical_id, f"{kind}_FAILED", str(failure.cause))
        roll_back(stack, kind, previous)
        return
    finish(stack, f"{kind}_COMPLETE")


def set_template(stack, template_text, parameters):
    stack.template, stack.parameters = template_text, parameters
    stack._parse_template()
    stack.description = stack.template_dict.get("Description")


def finish(stack, status, reason=None):
    # Reading the outputs of what is gone would create it again.
    is_gone = status.startswith("ROLLBACK")
    outputs = {} if is_gone else stack.template_dict
    stack.output_map = models.OutputMap(stack.resource_map, {"Outputs": {}, **outputs}, stack.stack_id)
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=reason)


def roll_back(stack, kind, previous):
    in_progress = "ROLLBACK_IN_PROGRESS" if kind == "CREATE" else "UPDATE_ROLLBACK_IN_PROGRESS"
    stack._add_stack_event(in_progress)
    if kind == "CREATE":
        failed = remove_all(stack, kept_by=("Retain",))
        finish(stack, "ROLLBACK_FAILED" if failed else "ROLLBACK_COMPLETE", describe(failed))
        return
    set_template(stack, *previous)
    stack.resource_map.applied = {
        **{name: {} for name in stack.resource_map._parsed_resources if name in stack.resource_map._resource_json_map},
        **stack.resource_map.applied,
    }
    apply(stack.resource_map, stack.template_dict, stack.parameters)
    finish(stack, "UPDATE_ROLLBACK_COMPLETE")


def describe(failed):
    return f"The following resource(s) failed to delete: [{', '.join(failed)}]." if failed else None


def remove_all(stack, kept_by):
    """@returns the logical ids of what could not be deleted."""
    resources, failed = stack.resource_map, []
    own = resources._resource_json_map
    for logical_id in reversed([name for name in resources._parsed_resources if name in own]):
        resource = resources._parsed_resources[logical_id]
        try:
            remove(resources, logical_id, own[logical_id], kept_by)
            event(stack, logical_id, "DELETE_COMPLETE")
        except Refused as failure:
            resources._parsed_resources[logical_id] = resource
            failed.append(logical_id)
            event(stack, logical_id, "DELETE_FAILED", str(failure.cause))
    return failed


def execute_change_set(self, change_set_name, stack_name=None):
    change_set = find_change_set(self, change_set_name, stack_name)
    change_set.execution_status = "EXECUTE_COMPLETE"
    run(self.stacks[change_set.stack_id], change_set.change_set_type, change_set.template, change_set.parameters)
    del self.change_sets[change_set.change_set_id]


def create_stack(self, name, template, parameters, enable_termination_protection=False, **others):
    change_set_id, stack_id = create_change_set(self, name, "create-stack", template, parameters, "", "CREATE")
    stack = self.stacks[stack_id]
    stack.enable_termination_protection = str(enable_termination_protection).lower() == "true"
    execute_change_set(self, change_set_id)
    return stack


def delete_stack(self, name_or_stack_id):
    stack = find(self, name_or_stack_id)
    if stack is None:
        return
    if stack.enable_termination_protection:
        raise ValidationError(message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    stack.status = "DELETE_IN_PROGRESS"
    stack._add_stack_event(stack.status, resource_status_reason="User Initiated")
    failed = remove_all(stack, kept_by=("Retain", "RetainExceptOnCreate"))
    stack.status = "DELETE_FAILED" if failed else "DELETE_COMPLETE"
    stack._add_stack_event(stack.status, resource_status_reason=describe(failed))
    if not failed:
        self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)


def update_termination_protection(self):
    stack = find(self.cloudformation_backend, self._get_param("StackName"))
    if stack is None:
        raise ValidationError(message=f"Stack [{self._get_param('StackName')}] does not exist")
    stack.enable_termination_protection = str(self._get_param("EnableTerminationProtection")).lower() == "true"
    return ActionResult({"StackId": stack.stack_id})


def named_change_set(self):
    return find_change_set(self.cloudformation_backend, self._get_param("ChangeSetName"), self._get_param("StackName"))


def describe_change_set(self):
    return ActionResult(named_change_set(self))


def delete_change_set(self):
    """Succeeds if there is none: `cdk deploy` deletes one of an earlier deployment first."""
    try:
        del self.cloudformation_backend.change_sets[named_change_set(self).change_set_id]
    except ChangeSetNotFound:
        pass
    return EmptyResult()


def existing_resources(stack):
    resources = stack.resource_map
    return [each for name, each in resources._parsed_resources.items() if name in resources._resource_json_map and each]


Stack.stack_resources = property(existing_resources)
Backend.create_change_set = create_change_set
Backend.execute_change_set = execute_change_set
Backend.create_stack = create_stack
Backend.delete_stack = delete_stack
Response._validate_different_update = lambda *_: None
Response.update_termination_protection = update_termination_protection
Response.describe_change_set = describe_change_set
Response.delete_change_set = delete_change_set
ResourceMap.applied = {}
