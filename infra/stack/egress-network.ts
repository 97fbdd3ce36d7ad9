import { type CfnCondition, CfnResource, Fn, Validations } from 'aws-cdk-lib';
import {
  CfnInternetGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCGatewayAttachment,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { stackProxyPort } from '../../lib/exchange/egress/stack-tls.ts';

export interface EgressNetworkProps {
  readonly prefix: string;
  /** Whether there is an address at all. */
  readonly condition: CfnCondition;
}

interface SubnetProps {
  readonly vpcId: string;
  readonly table: CfnRouteTable;
}

const anywhere = '0.0.0.0/0';
/** No other network is connected to it, so any private range will do. */
const range = '10.71.0.0/24';

/** A network of its own for the proxies, with a public subnet in each of two zones. The functions are outside of it. */
export class EgressNetwork extends Construct {
  readonly subnets: readonly [CfnSubnet, CfnSubnet];
  readonly group: CfnSecurityGroup;
  /** An address can be associated only after it. */
  readonly route: CfnRoute;

  constructor(scope: Construct, id: string, { prefix, condition }: EgressNetworkProps) {
    super(scope, id);
    const tags = [{ key: 'Name', value: `${prefix}-egress` }];
    const vpc = new CfnVPC(this, 'Vpc', { cidrBlock: range, enableDnsSupport: true, tags });
    const gateway = new CfnInternetGateway(this, 'Gateway');
    const attachment = new CfnVPCGatewayAttachment(this, 'Attachment', {
      vpcId: vpc.ref,
      internetGatewayId: gateway.ref,
    });
    const table = new CfnRouteTable(this, 'Routes', { vpcId: vpc.ref });
    this.route = new CfnRoute(this, 'Route', {
      routeTableId: table.ref,
      destinationCidrBlock: anywhere,
      gatewayId: gateway.ref,
    });
    this.route.addResourceDependency(attachment);
    const { ref: vpcId } = vpc;
    this.subnets = [this.#addSubnet(0, { vpcId, table }), this.#addSubnet(1, { vpcId, table })];
    this.group = this.#addGroup(vpc);
    for (const each of this.node.findAll())
      if (each instanceof CfnResource) each.cfnOptions.condition = condition;
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'Flow logs would cost more than the proxies. What passes is encrypted, and only the exchanges are reached.',
    });
  }

  #addSubnet(zone: number, { vpcId, table }: SubnetProps): CfnSubnet {
    const subnet = new CfnSubnet(this, `Subnet${zone + 1}`, {
      vpcId,
      availabilityZone: Fn.select(zone, Fn.getAzs()),
      cidrBlock: `10.71.0.${zone * 128}/25`,
      // An instance installs its program before it gets the fixed address.
      mapPublicIpOnLaunch: true,
    });
    new CfnSubnetRouteTableAssociation(this, `Association${zone + 1}`, {
      routeTableId: table.ref,
      subnetId: subnet.ref,
    });
    return subnet;
  }

  #addGroup(vpc: CfnVPC): CfnSecurityGroup {
    const rule = (port: number, description: string) => ({
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      cidrIp: anywhere,
      description,
    });
    const group = new CfnSecurityGroup(this, 'Group', {
      groupDescription: 'The proxy in, the exchanges and AWS out',
      vpcId: vpc.ref,
      securityGroupIngress: [rule(stackProxyPort, 'Tunnels, for peers that know the credential')],
      securityGroupEgress: [rule(443, 'Exchanges, packages and AWS')],
    });
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-EC23',
      reason:
        'Functions outside a VPC have no known addresses. The proxy answers only peers that know a key of 380 bits.',
    });
    return group;
  }
}
