/**
 * What the command line uses of Node 22 and later, for Node 20. `tsc -p bin/package` fails on anything else that
 * ECMAScript 2023 does not have. Import it before everything else.
 */

Promise.withResolvers ??= withResolvers;
Map.groupBy ??= groupBy;
URL.parse ??= parseUrl;

// The AWS SDK prints six lines about its own later versions. This package holds one version of it.
if (process.versions.node.startsWith('20.'))
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

function withResolvers<Value>(this: PromiseConstructor): PromiseWithResolvers<Value> {
  let resolve: PromiseWithResolvers<Value>['resolve'] | undefined;
  let reject: PromiseWithResolvers<Value>['reject'] | undefined;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  if (resolve === undefined || reject === undefined) throw new Error('The promise called no executor.');
  return { promise, resolve, reject };
}

function groupBy<Key, Item>(
  items: Iterable<Item>,
  toKey: (item: Item, index: number) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  let index = 0;
  for (const item of items) {
    const key = toKey(item, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
    index += 1;
  }
  return groups;
}

function parseUrl(url: string, base?: string): URL | null {
  return URL.canParse(url, base) ? new URL(url, base) : null;
}
