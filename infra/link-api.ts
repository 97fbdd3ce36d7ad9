import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface LinkApiProps {
  readonly prefix: string;
  readonly trigger: IFunction;
  readonly throttleRate: number;
  readonly throttleBurst: number;
  readonly logRetentionDays: number;
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

/** The public side: two routes, and no other method or path reaches a function. The token is the credential. */
export class LinkApi extends Construct {
  /** Without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: LinkApiProps) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', { apiName: props.prefix, createDefaultStage: false });
    api.addRoutes({
      path: '/l/{token}',
      // Both fire the link. HEAD and OPTIONS, which clients send on their own account, find no route.
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration('Trigger', props.trigger),
    });

    const accessLog = new LogGroup(this, 'AccessLog', {
      // The prefix under which API Gateway may write without a resource policy per group.
      logGroupName: `/aws/vendedlogs/${props.prefix}-access`,
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      // Guessing tokens is hopeless at any rate; this bounds what a flood costs.
      throttle: { rateLimit: props.throttleRate, burstLimit: props.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    this.url = api.apiEndpoint;
  }
}
