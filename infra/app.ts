/**
 * The CDK app. It bundles the functions, then describes the one stack they run in.
 *
 * | context              | default   | what it sets                                                              |
 * |----------------------|-----------|---------------------------------------------------------------------------|
 * | `prefix`             | `ripcord` | names of functions and stack, path of the accounts: two prefixes can live side by side |
 * | `notifyEmail`        | none      | who gets the alarms and what came of each link; AWS asks that address to confirm |
 * | `domainName`         | the API's | the host that links start with; the API's own address is switched off     |
 * | `certificateArn`     | none      | the certificate of `domainName`, in the stack's region                    |
 * | `hostedZoneId`       | none      | the Route 53 zone that gets the record of `domainName`; without one, make it elsewhere |
 * | `throttleRate`       | 100       | requests a second that the API lets through, GET and POST each            |
 * | `throttleBurst`      | 50        | requests at once that the API lets through, GET and POST each             |
 * | `triggerConcurrency` | 200       | of the account's concurrent executions, kept for the trigger and its most; 0 keeps none |
 * | `reserveSweep`       | true      | one of the account's concurrent executions kept for the sweep; false where the account has only 10 |
 * | `logRetentionDays`   | 30        | days that logs are kept                                                   |
 *
 * `cdk deploy -c prefix=ripcord-test -c notifyEmail=me@example.org`
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
