"""Resource types of the template that moto's CloudFormation lacks: real ones where moto has the service, records otherwise."""

from moto.apigatewayv2.models import apigatewayv2_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.sns.models import sns_backends


def properties_of(cloudformation_json):
    return cloudformation_json.get("Properties", {})


def define(type_name, create, update=None, delete=None, attributes=None):
    """Registers a resource type: moto finds the subclasses of CloudFormationModel."""

    def build(resource_name, cloudformation_json, account, region):
        resource = Resource()
        resource.account, resource.region = account, region
        resource.properties = properties_of(cloudformation_json)
        resource.physical = create(resource, resource_name) or resource_name
        return resource

    class Resource(CloudFormationModel):
        # moto reads the service from the second part of the module's name.
        __module__ = "moto.walk.resources"

        @property
        def physical_resource_id(self):
            return self.physical

        @staticmethod
        def cloudformation_name_type():
            return ""

        @staticmethod
        def cloudformation_type():
            return type_name

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name, cloudformation_json, account_id, region_name, **_
        ):
            return build(resource_name, cloudformation_json, account_id, region_name)

        @classmethod
        def update_from_cloudformation_json(
            cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
        ):
            original_resource.properties = properties_of(cloudformation_json)
            if update is not None:
                update(original_resource)
            return original_resource

        def delete(self, account_id, region_name):
            if delete is not None:
                delete(self)

        @classmethod
        def has_cfn_attr(cls, attr):
            return True

        def get_cfn_attribute(self, attribute_name):
            if attributes is None:
                return f"{self.physical}.{attribute_name}"
            return attributes(self, attribute_name)

    return Resource


def gateway(resource):
    return apigatewayv2_backends[resource.account][resource.region]


def in_camel_case(value):
    if isinstance(value, list):
        return [in_camel_case(item) for item in value]
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: in_camel_case(item) for key, item in value.items()}
    return value


def create_api(resource, _name):
    given = resource.properties
    names = [
        "api_key_selection_expression", "cors_configuration", "description", "disable_schema_validation",
        "route_selection_expression", "tags", "version",
    ]
    api = gateway(resource).create_api(
        **dict.fromkeys(names),
        name=given["Name"],
        protocol_type=given["ProtocolType"],
        disable_execute_api_endpoint=given.get("DisableExecuteApiEndpoint", False),
    )
    return api.api_id


def update_api(resource):
    api = gateway(resource).get_api(resource.physical)
    api.disable_execute_api_endpoint = resource.properties.get("DisableExecuteApiEndpoint", False)


def api_attribute(resource, attribute):
    return gateway(resource).get_api(resource.physical).api_endpoint if attribute == "ApiEndpoint" else resource.physical


def api_of(resource):
    return gateway(resource).get_api(resource.properties["ApiId"])


def create_integration(resource, _name):
    given = resource.properties
    integration = api_of(resource).create_integration(
        connection_type="INTERNET",
        description="",
        integration_method="POST",
        integration_type=given["IntegrationType"],
        integration_uri=given["IntegrationUri"],
        payload_format_version=given["PayloadFormatVersion"],
    )
    return integration.id


def create_route(resource, _name):
    given = resource.properties
    route = api_of(resource).create_route(
        api_key_required=False,
        authorization_scopes=[],
        route_key=given["RouteKey"],
        target=given["Target"],
        authorization_type=given.get("AuthorizationType"),
    )
    return route.route_id


def put_stage(resource, _name=None):
    api_of(resource).create_stage(in_camel_case(resource.properties))
    return resource.properties["StageName"]


def create_domain(resource, _name):
    given = resource.properties
    gateway(resource).create_domain_name(
        domain_name=given["DomainName"],
        domain_name_configurations=in_camel_case(given["DomainNameConfigurations"]),
        mutual_tls_authentication={},
        tags={},
    )
    return given["DomainName"]


def delete_domain(resource):
    backend = gateway(resource)
    # moto's own method changes the dictionary that it loops over.
    backend.api_mappings = {
        key: mapping for key, mapping in backend.api_mappings.items() if mapping.domain_name != resource.physical
    }
    backend.domain_names.pop(resource.physical, None)


def domain_attribute(resource, attribute):
    return "Z1UJRXOUMOOFQ8" if attribute == "RegionalHostedZoneId" else f"d-{resource.physical}.execute-api.{resource.region}.amazonaws.com"


def create_mapping(resource, _name):
    given = resource.properties
    return gateway(resource).create_api_mapping(given["ApiId"], "", given["DomainName"], given["Stage"]).api_mapping_id


def subscribe(resource, name):
    given = resource.properties
    if given["Protocol"] == "lambda":
        # moto would run the function in Docker.
        return f"{given['TopicArn']}:{name}"
    topics = sns_backends[resource.account][resource.region]
    return topics.subscribe(given["TopicArn"], given["Endpoint"], given["Protocol"]).arn


def unsubscribe(resource):
    if resource.properties["Protocol"] == "lambda":
        return
    sns_backends[resource.account][resource.region].unsubscribe(resource.physical)


def resubscribe(resource):
    unsubscribe(resource)
    resource.physical = subscribe(resource, resource.logical_resource_id)


def alarms(resource):
    return cloudwatch_backends[resource.account][resource.region]


def put_alarm(resource, name=None):
    given = resource.properties
    name = given.get("AlarmName", name)
    alarms(resource).put_metric_alarm(
        name=name,
        namespace=given.get("Namespace"),
        metric_name=given.get("MetricName"),
        comparison_operator=given["ComparisonOperator"],
        evaluation_periods=given["EvaluationPeriods"],
        period=given.get("Period"),
        threshold=given.get("Threshold"),
        statistic=given.get("Statistic"),
        description=given.get("AlarmDescription"),
        dimensions=given.get("Dimensions", []),
        alarm_actions=given.get("AlarmActions", []),
        ok_actions=given.get("OKActions", []),
    )
    return name


real = [
    define(
        "AWS::ApiGatewayV2::Api", create_api, update_api,
        lambda resource: gateway(resource).delete_api(resource.physical), api_attribute,
    ),
    define("AWS::ApiGatewayV2::Integration", create_integration),
    define(
        "AWS::ApiGatewayV2::Route", create_route,
        delete=lambda resource: api_of(resource).delete_route(resource.physical),
    ),
    define("AWS::ApiGatewayV2::Stage", put_stage, put_stage),
    define("AWS::ApiGatewayV2::DomainName", create_domain, delete=delete_domain, attributes=domain_attribute),
    define(
        "AWS::ApiGatewayV2::ApiMapping", create_mapping,
        delete=lambda resource: gateway(resource).api_mappings.pop(resource.physical, None),
    ),
    define(
        "AWS::CloudWatch::Alarm", put_alarm, put_alarm,
        lambda resource: alarms(resource).delete_alarms([resource.physical]),
        lambda resource, _attribute: f"arn:aws:cloudwatch:{resource.region}:{resource.account}:alarm:{resource.physical}",
    ),
    define("AWS::SNS::Subscription", subscribe, resubscribe, unsubscribe),
]

recorded = {}


def record(type_name):
    """A type that moto and this file lack: its properties are recorded, and it has no effect."""
    if type_name not in recorded:
        recorded[type_name] = define(type_name, lambda _resource, name: name)
    return recorded[type_name]
