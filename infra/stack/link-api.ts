import { type CfnResource, type Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  type CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IMetric, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { StackSettings, Stage } from './settings.ts';

export interface LinkApiProps extends Stage, StackSettings {
  readonly trigger: IFunction;
  /** The CloudWatch namespace of its metrics. */
  readonly metrics: string;
}

/**
 * What the access log holds of a request. It never holds the path: the path contains the token, and anyone who
 * reads the token can fire the link. The route key is the literal text `GET /l/{token}`.
 */
const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLatencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
});

const path = '/l/{token}';

/** The public API. No method or path but its two routes reaches a function. The token is the credential. */
export class LinkApi extends Construct {
  /** What links start with, without a slash at the end. */
  readonly url: string;
  /** The same by reference: no function makes links for a domain that API Gateway has not accepted yet. */
  readonly acceptedUrl: string;
  /** The API's id at AWS. */
  readonly id: string;
  /** The host that the DNS record of a custom domain must point to. */
  readonly domainTarget: string;
  readonly #stage: HttpStage;
  readonly #refused: MetricFilter;

  constructor(scope: Construct, id: string, props: LinkApiProps) {
    super(scope, id);
    // The API's own address stays enabled beside a domain: links that were made before the domain start with it.
    const api = new HttpApi(this, 'Api', { apiName: props.prefix, createDefaultStage: false });
    this.id = api.apiId;
    const routes = this.#addRoutes(api, props.trigger);
    const accessLog = this.#addAccessLog(props);
    this.#stage = this.#addStage(api, routes, accessLog, props);
    this.#refused = countRefused(accessLog, props.metrics);
    const domain = this.#addCustomDomain(api, props);
    const { logicalId } = props.conditions.domain;
    const toUrl = (host: string) => Fn.conditionIf(logicalId, `https://${host}`, api.apiEndpoint).toString();
    this.url = toUrl(props.domainName);
    this.acceptedUrl = toUrl(domain.name);
    this.domainTarget = domain.regionalDomainName;
  }

  /** The time from request to response in ms, over all requests. */
  latency(statistic: string): Metric {
    return this.#stage.metricLatency({ statistic });
  }

  count(period: Duration): IMetric {
    return this.#stage.metricCount({ period, statistic: Stats.SUM });
  }

  /** Responses with a status of 5xx, of the trigger and of API Gateway itself. */
  serverErrors(period: Duration): IMetric {
    return this.#stage.metricServerError({ period, statistic: Stats.SUM });
  }

  /** Requests beyond the throttle, which get 429 and reach no function. */
  refused(period: Duration): IMetric {
    return this.#refused.metric({ period, statistic: Stats.SUM });
  }

  #addRoutes(api: HttpApi, trigger: IFunction): HttpRoute[] {
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'TradingView and browsers can only open a URL, so the URL is the credential: 256 random bits, stored as a hash.',
    });
    const routes = api.addRoutes({
      path,
      // GET and POST both fire the link. HEAD and OPTIONS, which clients send by themselves, match no route.
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration('Trigger', trigger),
    });
    // Each route brings the same permission, which is for any method of the path.
    for (const { node } of routes.slice(1)) node.tryRemoveChild('Trigger-Permission');
    return routes;
  }

  #addAccessLog({ prefix, logRetentionDays }: LinkApiProps): LogGroup {
    return new LogGroup(this, 'AccessLog', {
      // API Gateway writes to log groups with this prefix without a resource policy for each group.
      logGroupName: `/aws/vendedlogs/${prefix}-access`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #addStage(api: HttpApi, routes: readonly HttpRoute[], accessLog: LogGroup, props: LinkApiProps): HttpStage {
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      // Tokens can't be guessed at any rate; the limit bounds the cost of a flood. Alerts peak at a few per second,
      // so the limit leaves room for junk requests without refusing an alert.
      throttle: { rateLimit: props.throttleRate, burstLimit: props.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    // Scanners send GET and alerts send POST. With a limit of its own, POST is not used up by a flood of GET.
    const cfnStage = stage.node.defaultChild as CfnStage;
    cfnStage.routeSettings = {
      [`POST ${path}`]: {
        ThrottlingRateLimit: props.throttleRate,
        ThrottlingBurstLimit: props.throttleBurst,
      },
    };
    // CloudFormation rejects settings of a route that does not exist yet.
    for (const route of routes) cfnStage.node.addDependency(route);
    return stage;
  }

  #addCustomDomain(api: HttpApi, props: LinkApiProps): DomainName {
    const { domainName, certificateArn, hostedZoneId, conditions } = props;
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    const mapping = new ApiMapping(this, 'Mapping', { api, domainName: domain, stage: this.#stage });
    const record = new CfnRecordSet(this, 'Record', {
      name: `${domainName}.`,
      type: 'A',
      hostedZoneId,
      aliasTarget: { dnsName: domain.regionalDomainName, hostedZoneId: domain.regionalHostedZoneId },
    });
    for (const { node } of [domain, mapping])
      (node.defaultChild as CfnResource).cfnOptions.condition = conditions.domain;
    record.cfnOptions.condition = conditions.record;
    return domain;
  }
}

/**
 * An HTTP API has metrics for all 4xx together, in which 404 is normal: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 * The filter costs nothing, and its metric counts only in hours in which a request is refused.
 */
function countRefused(accessLog: LogGroup, metricNamespace: string): MetricFilter {
  return new MetricFilter(accessLog, 'Refused', {
    logGroup: accessLog,
    filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
    metricNamespace,
    metricName: 'RefusedRequests',
  });
}
