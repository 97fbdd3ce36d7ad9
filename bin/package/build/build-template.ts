import { App } from 'aws-cdk-lib';
import { RipcordStack } from '../../../infra/stack/ripcord-stack.ts';
import { stackName } from '../../../infra/stack/setting-definitions.ts';
import { prefixPlaceholder } from '../prebuilt/prefix-placeholder.ts';

/** @returns the template of the stack as compact JSON, with a placeholder for the stage's prefix. */
export function buildTemplate(functionsFolder: string): string {
  const app = new App();
  const stack = new RipcordStack(app, stackName(prefixPlaceholder), {
    prefix: prefixPlaceholder,
    functionsFolder,
  });
  return JSON.stringify(app.synth().getStackByName(stack.stackName).template);
}
