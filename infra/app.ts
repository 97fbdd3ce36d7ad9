/**
 * The CDK app. It bundles the functions, then defines the stack that runs them.
 *
 * | context              | default       | what it sets                                                              |
 * |----------------------|---------------|---------------------------------------------------------------------------|
 * | `prefix`             | `ripcord`     | the prefix of all names and of the accounts' path: two prefixes can coexist |
 * | `notifyEmail`        | none          | the address that gets alarms and notices; AWS asks it to confirm          |
 * | `domainName`         | the API's own | the host that links start with; the API's own address is disabled         |
 * | `certificateArn`     | none          | the ACM certificate of `domainName`, in the stack's region                |
 * | `hostedZoneId`       | none          | the Route 53 zone for the record of `domainName`; without it, create the record yourself |
 * | `throttleRate`       | 100           | requests per second that the API accepts, for GET and POST each           |
 * | `throttleBurst`      | 50            | the burst that the API accepts, for GET and POST each                     |
 * | `triggerConcurrency` | 200           | concurrent executions reserved for the trigger, and its maximum; 0 reserves none |
 * | `reserveSweep`       | true          | reserves five concurrent executions for the sweep; false for an AWS account that has only 10 |
 * | `logRetentionDays`   | 30            | how long logs are kept                                                    |
 *
 * @example `cdk deploy -c prefix=ripcord-test -c notifyEmail=me@example.org`
 */
import { App } from 'aws-cdk-lib';
import { builtFunctions, bundleFunctions } from './bundle/bundle.ts';
import { RipcordStack, stackName } from './stack/ripcord-stack.ts';
import { checkSecurity } from './stack/security-checks.ts';
import { parseSettings } from './stack/settings.ts';

const app = new App();
const settings = parseSettings(app.node.getAllContext());
await bundleFunctions();
new RipcordStack(app, stackName(settings.prefix), { ...settings, functionsFolder: builtFunctions });
checkSecurity(app);
app.synth();
