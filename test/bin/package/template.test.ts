import { App } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { buildTemplate } from '../../../bin/package/build/build-template.ts';
import { fillPrefix } from '../../../bin/package/prebuilt/prefix-placeholder.ts';
import { RipcordStack } from '../../../infra/stack/ripcord-stack.ts';
import { stackName } from '../../../infra/stack/setting-definitions.ts';
import { temporaryFolder } from '../../infra/local/temporary-folder.ts';
import { writeEmptyFunctions } from '../../infra/stack/empty-functions.ts';

it.each(['ripcord', 'ripcord-test', 'a', 'a-prefix-with-24-letters'])(
  'the prebuilt template with the prefix %s is the one that CDK synthesizes for it',
  async (prefix) => {
    const functionsFolder = await temporaryFolder();
    await writeEmptyFunctions(functionsFolder);
    const app = new App();
    new RipcordStack(app, stackName(prefix), { prefix, functionsFolder });
    const synthesized: unknown = app.synth().getStackByName(stackName(prefix)).template;
    expect(JSON.parse(fillPrefix(buildTemplate(functionsFolder), prefix))).toEqual(synthesized);
  },
);
