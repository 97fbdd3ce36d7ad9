import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  type CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IMetric, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

export interface LinkApiProps
  extends Pick<
    Settings,
    | 'prefix'
    | 'throttleRate'
    | 'throttleBurst'
    | 'logRetentionDays'
    | 'domainName'
    | 'certificateArn'
    | 'hostedZoneId'
  > {
  readonly trigger: IFunction;
}

/**
 * What an access log says of a request. Never its path: the path holds the token, and whoever reads the token
 * can pull the link. The route's key says `GET /l/{token}`, in these letters.
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

/** The public side: two routes, and no other method or path reaches a function. The token is the credential. */
export class LinkApi extends Construct {
  /** Without a slash at the end. */
  readonly url: string;
  /** What the record of a domain of one's own has to name. */
  readonly target: string | undefined;
  readonly #stage: HttpStage;

  constructor(scope: Construct, id: string, props: LinkApiProps) {
    super(scope, id);
    const { domainName, certificateArn } = props;
    const api = new HttpApi(this, 'Api', {
      apiName: props.prefix,
      createDefaultStage: false,
      // One way in only, or a link would still work where the domain was taken away from it.
      disableExecuteApiEndpoint: domainName !== undefined,
    });
    const routes = api.addRoutes({
      path,
      // Both fire the link. HEAD and OPTIONS, which clients send on their own account, find no route.
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration('Trigger', props.trigger),
    });
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'TradingView and browsers can only open an address, so the address is the credential: 256 random bits, of which the table holds a hash.',
    });

    const accessLog = new LogGroup(this, 'AccessLog', {
      // The prefix under which API Gateway may write without a resource policy per group.
      logGroupName: `/aws/vendedlogs/${props.prefix}-access`,
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const throttle = { rateLimit: props.throttleRate, burstLimit: props.throttleBurst };
    this.#stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      // Guessing tokens is hopeless at any rate; this bounds what a flood costs. Alerts are a
      // few a second at their most, so the rest is room for junk that keeps none of them out.
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    // Scanners send GET, alerts POST: a limit of its own lets no flood of the one use up the other's.
    const stage = this.#stage.node.defaultChild as CfnStage;
    stage.routeSettings = {
      [`POST ${path}`]: {
        ThrottlingRateLimit: throttle.rateLimit,
        ThrottlingBurstLimit: throttle.burstLimit,
      },
    };
    // A route has to be there before its settings.
    for (const route of routes) stage.node.addDependency(route);

    this.url = domainName === undefined ? api.apiEndpoint : `https://${domainName}`;
    if (domainName !== undefined && certificateArn !== undefined)
      this.target = this.#nameIt(api, { domainName, certificateArn, hostedZoneId: props.hostedZoneId });
  }

  /** From the request to the answer, in ms, junk included. */
  latency(statistic: string): Metric {
    return this.#stage.metricLatency({ statistic });
  }

  count(period: Duration): IMetric {
    return this.#stage.metricCount({ period, statistic: Stats.SUM });
  }

  /** Answers of 4xx and 5xx. */
  refusals(): IMetric[] {
    return [
      this.#stage.metricClientError({ label: 'API 4xx' }),
      this.#stage.metricServerError({ label: 'API 5xx' }),
    ];
  }

  #nameIt(
    api: HttpApi,
    given: { domainName: string; certificateArn: string; hostedZoneId: string | undefined },
  ): string {
    const domain = new DomainName(this, 'Domain', {
      domainName: given.domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', given.certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new ApiMapping(this, 'Mapping', { api, domainName: domain, stage: this.#stage });
    if (given.hostedZoneId !== undefined)
      new CfnRecordSet(this, 'Record', {
        name: `${given.domainName}.`,
        type: 'A',
        hostedZoneId: given.hostedZoneId,
        aliasTarget: { dnsName: domain.regionalDomainName, hostedZoneId: domain.regionalHostedZoneId },
      });
    return domain.regionalDomainName;
  }
}
