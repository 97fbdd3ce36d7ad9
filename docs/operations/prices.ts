/** List prices of us-east-1 in US dollars, without tax and free tiers. */
export const knownOn = '27 November 2026';

interface Price {
  /** As the page states it. */
  text: string;
  page: string;
}

const cloudWatch = 'https://aws.amazon.com/cloudwatch/pricing/';
const dynamo = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const lambda = 'https://aws.amazon.com/lambda/pricing/';

export const dollars = {
  apiRequest: 1.0e-6,
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  storedGb: 0.25 + 0.2,
  logGb: 0.5,
  metric: 0.3,
  alarm: 0.1,
  dashboard: 3,
  key: 1,
  keyRequest: 0.03e-4,
  instanceHour: 0.0042,
  addressHour: 0.005,
  diskGb: 0.08,
  secret: 0.4,
} as const;

export const prices: Record<string, Price> = {
  'HTTP API': { text: '1.00 per million requests', page: 'https://aws.amazon.com/api-gateway/pricing/' },
  'Lambda, arm64': { text: '0.20 per million requests, 0.0000133334 per GB-second', page: lambda },
  'DynamoDB on demand': {
    text: '0.625 per million write units, 0.125 per million read units',
    page: dynamo,
  },
  'DynamoDB storage and recovery': { text: '0.25 + 0.20 per GB', page: dynamo },
  CloudWatch: { text: 'logs 0.50 per GB, a metric 0.30, an alarm 0.10, a dashboard 3.00', page: cloudWatch },
  KMS: { text: 'a key 1.00, 0.03 per 10,000 requests', page: 'https://aws.amazon.com/kms/pricing/' },
  'EC2 t4g.nano': { text: '0.0042 per hour', page: 'https://aws.amazon.com/ec2/pricing/on-demand/' },
  'public IPv4 address': { text: '0.005 per hour', page: 'https://aws.amazon.com/vpc/pricing/' },
  'EBS gp3': { text: '0.08 per GB', page: 'https://aws.amazon.com/ebs/pricing/' },
  'Secrets Manager': { text: 'a secret 0.40', page: 'https://aws.amazon.com/secrets-manager/pricing/' },
};
