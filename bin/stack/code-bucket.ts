import { createHash } from 'node:crypto';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { CliError } from '../cli-error.ts';
import { printRemark } from '../terminal.ts';
import { findEndpoint, isLackOf, toS3Settings } from './aws-client-settings.ts';
import { describeAwsFailure } from './aws-failure.ts';
import type { Stage } from './stage.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const longestName = 63;

/** @returns the name of the private bucket that holds the code of a stage. */
export function codeBucketName({
  prefix,
  account,
  region,
}: Pick<Stage, 'prefix' | 'account' | 'region'>): string {
  const name = `ripcord-${prefix}-code-${account}-${region}`;
  if (name.length <= longestName) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `ripcord-${prefix}-${hash}-${account}-${region}`.slice(0, longestName);
}

/** The private bucket for the code of one stage. It refuses a bucket of the same name that another AWS account owns. */
export interface CodeBucket {
  readonly name: string;
  /** Creates the bucket if it is missing, and closes it to the public and to requests without TLS. */
  prepare(): Promise<void>;
  /** @returns the key, which is the hash of the content. */
  upload(content: Uint8Array | string, extension: 'zip' | 'json'): Promise<string>;
  /** @returns the address of an object, as CloudFormation reads a template. */
  toUrl(key: string): string;
  /** Deletes everything but these keys. */
  deleteAllBut(keys: ReadonlySet<string>): Promise<void>;
  exists(): Promise<boolean>;
  /** Deletes the bucket with everything in it, if there is one. */
  remove(): Promise<void>;
}

export function createCodeBucket(stage: Stage): CodeBucket {
  const s3 = new S3Client({ ...toS3Settings(stage.target), region: stage.region });
  const name = codeBucketName(stage);
  const owned = { Bucket: name, ExpectedBucketOwner: stage.account };
  const explain = (thrown: unknown): never => {
    throw new CliError('failed', `The bucket ${name} can't be used: ${describeAwsFailure(thrown)}`, {
      cause: thrown,
    });
  };
  return {
    name,
    prepare: () => prepare(s3, owned, stage).catch(explain),
    upload: (content, extension) => upload(s3, owned, content, extension).catch(explain),
    toUrl: (key) => toUrl(stage, name, key),
    deleteAllBut: (keys) => deleteAllBut(s3, owned, keys).catch(explain),
    exists: () => exists(s3.send(new HeadBucketCommand(owned))).catch(explain),
    remove: () => remove(s3, owned).catch(explain),
  };
}

interface Owned {
  Bucket: string;
  ExpectedBucketOwner: string;
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && /^(NotFound|NoSuchBucket|NoSuchKey)$/.test(thrown.name);
}

async function exists(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

async function prepare(s3: S3Client, owned: Owned, { partition, region }: Stage): Promise<void> {
  if (!(await exists(s3.send(new HeadBucketCommand(owned))))) {
    // us-east-1 is the default, and refused as a constraint:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
    const place =
      region === 'us-east-1'
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
    await s3.send(new CreateBucketCommand({ Bucket: owned.Bucket, ...place }));
  }
  const PublicAccessBlockConfiguration = {
    ...{ BlockPublicAcls: true, IgnorePublicAcls: true },
    ...{ BlockPublicPolicy: true, RestrictPublicBuckets: true },
  };
  await ifKnown(
    'blocking public access',
    s3.send(new PutPublicAccessBlockCommand({ ...owned, PublicAccessBlockConfiguration })),
  );
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }];
  const encryption = { ...owned, ServerSideEncryptionConfiguration: { Rules } };
  await ifKnown('encryption', s3.send(new PutBucketEncryptionCommand(encryption)));
  // An emulator without TLS would refuse every later request.
  if (findEndpoint('S3')?.startsWith('http:')) return;
  const arn = `arn:${partition}:s3:::${owned.Bucket}`;
  const Policy = JSON.stringify(tlsOnly(arn));
  await ifKnown('a policy', s3.send(new PutBucketPolicyCommand({ ...owned, Policy })));
}

/** An emulator may lack what protects the bucket. AWS lacks nothing, so there a failure ends the deployment. */
async function ifKnown(what: string, request: Promise<unknown>): Promise<void> {
  await request.catch((thrown: unknown) => {
    if (!isLackOf(findEndpoint('S3'), thrown)) throw thrown;
    printRemark(`This S3 endpoint does not support ${what}. The bucket goes without.`);
  });
}

function tlsOnly(arn: string) {
  const Statement = {
    ...{ Sid: 'TlsOnly', Effect: 'Deny', Principal: '*' },
    // A denial of everything, so its wildcard grants nothing.
    ...{ Action: 's3:*', Resource: [arn, `${arn}/*`] },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  return { Version: '2012-10-17', Statement: [Statement] };
}

async function upload(
  s3: S3Client,
  owned: Owned,
  content: Uint8Array | string,
  extension: string,
): Promise<string> {
  const Key = `${createHash('sha256').update(content).digest('hex')}.${extension}`;
  if (!(await exists(s3.send(new HeadObjectCommand({ ...owned, Key })))))
    await s3.send(new PutObjectCommand({ ...owned, Key, Body: content }));
  return Key;
}

/** With an emulator too, as `cdk deploy` does it: the emulator finds bucket and key in AWS's address. */
function toUrl({ region, partition }: Stage, bucket: string, key: string): string {
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://s3.${region}.${suffix}/${bucket}/${key}`;
}

async function deleteAllBut(s3: S3Client, owned: Owned, keys: ReadonlySet<string>): Promise<void> {
  for await (const { Contents: contents = [] } of paginateListObjectsV2({ client: s3 }, owned)) {
    const Objects = contents.flatMap(({ Key }) => (Key === undefined || keys.has(Key) ? [] : [{ Key }]));
    if (Objects.length > 0)
      await s3.send(new DeleteObjectsCommand({ ...owned, Delete: { Objects, Quiet: true } }));
  }
}

async function remove(s3: S3Client, owned: Owned): Promise<void> {
  if (!(await exists(s3.send(new HeadBucketCommand(owned))))) return;
  await deleteAllBut(s3, owned, new Set());
  await s3.send(new DeleteBucketCommand(owned));
}
