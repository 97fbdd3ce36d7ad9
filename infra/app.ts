/**
 * The CDK app. It bundles the functions, then describes the one stack they run in.
 *
 * | context            | default   | what it sets                                                              |
 * |--------------------|-----------|---------------------------------------------------------------------------|
 * | `prefix`           | `ripcord` | names of functions and stack, path of the accounts: two prefixes can live side by side |
 * | `baseUrl`          | the API's | what links start with, where a domain of your own points at the API       |
 * | `throttleRate`     | 10        | requests a second that the API lets through, all links together           |
 * | `throttleBurst`    | 20        | requests at once that the API lets through                                |
 * | `logRetentionDays` | 30        | days that logs are kept                                                   |
 * | `reserveSweep`     | true      | one of the account's concurrent executions kept for the sweep; false where the account has only 10 |
 *
 * `cdk deploy -c prefix=ripcord-test -c throttleRate=2`
 */
import { App } from 'aws-cdk-lib';
import { builtFunctions, bundleFunctions } from './bundle.ts';
import { RipcordStack, stackName } from './ripcord-stack.ts';
import { parseSettings } from './settings.ts';

const app = new App();
const settings = parseSettings((name) => app.node.tryGetContext(name));
await bundleFunctions();
new RipcordStack(app, stackName(settings.prefix), { ...settings, functionsFolder: builtFunctions });
app.synth();
