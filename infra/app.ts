/**
 * The CDK app. It bundles the functions, then defines the stack that runs them. Its only context is `prefix`, `ripcord` by
 * default: the prefix of all names and of the accounts' path, so that two prefixes can coexist. Everything else is a
 * parameter of the stack (stack/settings.ts), which a deployment keeps unless it names it.
 *
 * @example `cdk deploy -c prefix=ripcord-test --parameters notifyEmail=me@example.org`
 */
import { App } from 'aws-cdk-lib';
import { builtFunctions, bundleFunctions } from './bundle/bundle.ts';
import { RipcordStack } from './stack/ripcord-stack.ts';
import { checkSecurity } from './stack/security-checks.ts';
import { stackName } from './stack/setting-definitions.ts';
import { parseStage } from './stack/settings.ts';

const app = new App();
const stage = parseStage(app.node.getAllContext());
await bundleFunctions();
new RipcordStack(app, stackName(stage.prefix), { ...stage, functionsFolder: builtFunctions });
checkSecurity(app);
app.synth();
