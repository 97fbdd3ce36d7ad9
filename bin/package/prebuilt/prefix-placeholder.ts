import { stackName } from '../../../infra/stack/setting-definitions.ts';

/** Stands in the prebuilt template for the prefix of a stage, of which all names in the template consist. */
export const prefixPlaceholder = 'prefix-of-the-stage';

/** @returns the template of a stage. */
export function fillPrefix(template: string, prefix: string): string {
  return template
    .replaceAll(prefixPlaceholder, prefix)
    .replaceAll(stackName(prefixPlaceholder), stackName(prefix));
}
