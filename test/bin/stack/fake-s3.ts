import type { FakeRequest, FakeResponse } from './serve-fakes.ts';

/** S3 with addresses in path style: https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html */
export class FakeS3 {
  /** Buckets with their objects by key. */
  readonly buckets = new Map<string, Map<string, Buffer>>();
  /** What was set on a bucket, such as `publicAccessBlock`, with the request's body. */
  readonly settings = new Map<string, string>();
  /** Buckets of other AWS accounts: a request that expects to own one is refused. */
  readonly foreign = new Set<string>();

  /** Whether no object may be deleted. */
  keepsObjects = false;
  /** Settings that this endpoint does not know. */
  readonly unknown = new Set<string>();

  answer({ method, url, headers, body }: FakeRequest): FakeResponse {
    const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    if (this.foreign.has(bucket) && headers['x-amz-expected-bucket-owner'] !== undefined)
      return refuse(403, 'AccessDenied');
    const objects = this.buckets.get(bucket);
    if (method === 'PUT' && key === '' && url.search === '') {
      this.buckets.set(bucket, new Map());
      return { status: 200 };
    }
    if (objects === undefined) return refuse(404, 'NoSuchBucket');
    return key === ''
      ? this.#onBucket(bucket, objects, { method, url, headers, body })
      : onObject(objects, key, method, body);
  }

  #onBucket(name: string, objects: Map<string, Buffer>, { method, url, body }: FakeRequest): FakeResponse {
    const [setting = ''] = url.searchParams.keys();
    if (method === 'HEAD') return { status: 200 };
    if (method === 'PUT' && this.unknown.has(setting)) return refuse(501, 'NotImplemented');
    if (method === 'PUT') {
      this.settings.set(setting, body.toString());
      return { status: 200 };
    }
    if (method === 'POST' && this.keepsObjects) return refuse(403, 'AccessDenied');
    if (method === 'POST') {
      for (const [, key = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(key);
      return { status: 200, body: '<DeleteResult></DeleteResult>' };
    }
    if (method === 'DELETE') {
      if (objects.size > 0) return refuse(409, 'BucketNotEmpty');
      this.buckets.delete(name);
      return { status: 204 };
    }
    const contents = [...objects.keys()].map((key) => `<Contents><Key>${key}</Key></Contents>`);
    return { status: 200, body: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
  }
}

function onObject(objects: Map<string, Buffer>, key: string, method: string, body: Buffer): FakeResponse {
  if (method === 'PUT') {
    objects.set(key, body);
    return { status: 200 };
  }
  const object = objects.get(key);
  return object === undefined
    ? refuse(404, 'NoSuchKey')
    : { status: 200, ...(method === 'GET' && { body: object }) };
}

function refuse(status: number, code: string): FakeResponse {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}
