import type { Template } from './deployable.ts';

/** Where a function's code is. */
export interface CodePlace {
  bucket: string;
  key: string;
}

/**
 * @returns the template with the code of each function at its place, by the function's name without the prefix. It leaves
 * out CDK's metadata, which CloudFormation doesn't need.
 */
export function withCode(
  template: Template,
  prefix: string,
  places: ReadonlyMap<string, CodePlace>,
): Template {
  const resources = Object.entries(template.Resources).map(([id, { Metadata: _, ...resource }]) => {
    if (resource.Type !== 'AWS::Lambda::Function') return [id, resource];
    const functionName = String(resource.Properties?.FunctionName);
    const place = places.get(functionName.slice(`${prefix}-`.length));
    if (place === undefined) throw new Error(`There is no code for ${functionName}.`);
    const { bucket: S3Bucket, key: S3Key } = place;
    return [id, { ...resource, Properties: { ...resource.Properties, Code: { S3Bucket, S3Key } } }];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}
