"""
Starts moto's server with what the walk needs and moto leaves out. Usage: server.py PORT
The quota of concurrent executions is in MOTO_LAMBDA_CONCURRENCY_QUOTA.
"""

import copy
import os
import sys
from datetime import datetime, timezone

import cloud_formation  # noqa: F401
from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaFunction
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.server import main

unreserved_minimum = 100


def check_concurrency(functions, name, reserved):
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html: 100 stay unreserved, all of a smaller quota."""
    quota = int(os.environ.get("MOTO_LAMBDA_CONCURRENCY_QUOTA", "1000"))
    others = sum(int(each.reserved_concurrency or 0) for each in functions if each.function_name != name)
    minimum = min(unreserved_minimum, quota)
    if quota - others - int(reserved or 0) < minimum:
        raise InvalidParameterValueException(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{minimum}]."
        )


def functions_of(account, region):
    from moto.awslambda.models import lambda_backends

    return lambda_backends[account][region].list_functions()


create_function = LambdaFunction.create_from_cloudformation_json.__func__
update_function = LambdaFunction.update_from_cloudformation_json.__func__


def create_checked(cls, resource_name, cloudformation_json, account_id, region_name, **others):
    properties = cloudformation_json["Properties"]
    check_concurrency(functions_of(account_id, region_name), resource_name, properties.get("ReservedConcurrentExecutions"))
    return create_function(cls, resource_name, cloudformation_json, account_id, region_name, **others)


def update_whole(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    properties = cloudformation_json["Properties"]
    reserved = properties.get("ReservedConcurrentExecutions")
    check_concurrency(functions_of(account_id, region_name), original_resource.function_name, reserved)
    changed = update_function(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name)
    changed.reserved_concurrency = reserved
    changed.code.update(properties["Code"])
    return changed


get_code = LambdaFunction.get_code


def get_real_code(self):
    """With the concurrency of 0 that moto leaves out, and the object that was deployed."""
    answer = get_code(self)
    if self.reserved_concurrency is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": int(self.reserved_concurrency)}
    answer["Code"]["Location"] = f"/{self.code['S3Bucket']}/{self.code['S3Key']}"
    return answer


LambdaFunction.create_from_cloudformation_json = classmethod(create_checked)
LambdaFunction.update_from_cloudformation_json = classmethod(update_whole)
LambdaFunction.get_code = get_real_code

create_table = Table.create_from_cloudformation_json.__func__


def create_whole_table(cls, resource_name, cloudformation_json, account_id, region_name, **others):
    table = create_table(cls, resource_name, cloudformation_json, account_id, region_name, **others)
    apply_to_table(table, cloudformation_json["Properties"])
    return table


def update_table(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    apply_to_table(original_resource, cloudformation_json["Properties"])
    return original_resource


def apply_to_table(table, properties):
    table.deletion_protection_enabled = properties.get("DeletionProtectionEnabled", False)
    ttl = properties.get("TimeToLiveSpecification", {})
    table.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": ttl["AttributeName"]} if ttl.get("Enabled") else table.ttl
    if properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        table.continuous_backups["PointInTimeRecoveryDescription"] = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": 35,
            "EarliestRestorableDateTime": now(),
            "LatestRestorableDateTime": now(),
        }


Table.create_from_cloudformation_json = classmethod(create_whole_table)
Table.update_from_cloudformation_json = classmethod(update_table)


def now():
    return datetime.now(timezone.utc).timestamp()


# What every table held after each of its writes: moto restores what a table holds now, whatever time is asked for.
histories = {}


def remember_after(name):
    write = getattr(DynamoHandler, name)

    def write_and_remember(self):
        answer = write(self)
        for table in self.dynamodb_backend.tables.values():
            histories.setdefault(table.name, []).append((now(), copy.deepcopy(table.items)))
        return answer

    setattr(DynamoHandler, name, write_and_remember)


for each in ["put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"]:
    remember_after(each)

restore = DynamoHandler.restore_table_to_point_in_time


def restore_to_time(self):
    answer = restore(self)
    at = self.body.get("RestoreDateTime")
    if at is not None:
        seconds = at.timestamp() if isinstance(at, datetime) else float(at)
        earlier = [items for time, items in histories.get(self.body["SourceTableName"], []) if time <= seconds]
        table = self.dynamodb_backend.get_table(self.body["TargetTableName"])
        table.items = copy.deepcopy(earlier[-1]) if earlier else {}
    return answer


DynamoHandler.restore_table_to_point_in_time = restore_to_time

describe_backups = DynamoDBBackend.describe_continuous_backups


def describe_until_now(self, table_name):
    """The last restorable time moves on; AWS's is 5 minutes behind, which the walk does not wait for."""
    backups = describe_backups(self, table_name)
    recovery = backups["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
        recovery["LatestRestorableDateTime"] = now()
    return backups


DynamoDBBackend.describe_continuous_backups = describe_until_now

main(["--host", "127.0.0.1", "--port", sys.argv[1]])
