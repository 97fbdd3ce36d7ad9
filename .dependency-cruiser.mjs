/** Top-level rooms, lowest first. A room may import itself and the rooms below it. */
const rooms = ['lib', 'functions', 'infra', 'console', 'bin', 'test'];

/** The rooms of `lib`, lowest first. The ground is the files directly in `lib`, except services.ts. */
const nouns = [
  'account',
  'exchange',
  'position',
  'link',
  'health',
  'store',
  'services',
  'notify',
  'exits',
  'close',
  'sync',
  'strategy',
  'trigger',
  'sweep',
  'admin',
];

/** The rooms of `infra`, lowest first. */
const infraRooms = ['loopback', 'simulator', 'local', 'bundle', 'stack'];

/** What the functions are built from. docs/reference/dependencies.md gives the purpose of each. */
const deployedPackages = [
  'ccxt',
  '@aws-sdk/(client-dynamodb|client-lambda|client-sns|client-ssm|lib-dynamodb|util-dynamodb)',
  '@middy/core',
  'bignumber\\.js',
  'isbot',
  'zod',
];

const pathOf = (noun) => (noun === 'services' ? 'services\\.ts$' : `${noun}/`);

const upward = (parent, ordered) =>
  ordered.slice(0, -1).map((room, index) => ({
    name: `${parent === '' ? '' : `${parent}-`}${room}-imports-upward`,
    comment: `${parent}/${room} imports only rooms below it. Above it: ${ordered.slice(index + 1).join(', ')}.`,
    from: { path: `^${parent === '' ? '' : `${parent}/`}${pathOf(room)}` },
    to: {
      path: `^${parent === '' ? '' : `${parent}/`}(${ordered
        .slice(index + 1)
        .map(pathOf)
        .join('|')})`,
    },
  }));

/**
 * The borders between the rooms. A type import counts like any other: it couples two rooms just as much.
 *
 * @type {import('dependency-cruiser').IForbiddenRuleType[]}
 */
const borders = [
  ...upward('', rooms),
  ...upward('lib', nouns),
  ...upward('infra', infraRooms),
  {
    name: 'lib-ground-imports-upward',
    comment:
      'The ground of lib (decimal, amount, fault, log, parallel, http-agents, aws-client, safe-url) imports nothing above it.',
    from: { path: '^lib/[^/]+\\.ts$', pathNot: '^lib/services\\.ts$' },
    to: { path: `^lib/(${nouns.map(pathOf).join('|')})` },
  },
  {
    name: 'package-builds',
    comment: 'bin/package bundles the other rooms. Types are all that it needs of lib and functions.',
    from: { path: '^bin/package/' },
    to: {
      path: '^(lib|functions)/',
      pathNot: '^lib/log\\.ts$',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'package-is-on-top',
    comment: 'Nothing depends on how the npm package is built.',
    from: { path: '^bin/', pathNot: '^bin/package/' },
    to: { path: '^bin/package/' },
  },
  {
    name: 'infra-deploys',
    comment: 'Only infra/local runs the functions. The CDK app and the bundler refer to them by path.',
    from: { path: '^infra/', pathNot: '^infra/local/' },
    to: { path: '^functions/' },
  },
  {
    name: 'bin-speaks-the-contract',
    comment:
      'The command line imports the admin contract and the nouns that the contract consists of; `exchanges` asks no stack.',
    from: { path: '^bin/', pathNot: '^bin/((start|run-stack|exchange-table)\\.ts$|package/)' },
    to: {
      path: '^(lib|functions|infra|test)/',
      pathNot: [
        '^lib/admin/contract/',
        '^lib/(amount|fault)\\.ts$',
        '^lib/(account/(account|key-guide|test-only)|exchange/exchange|link/(link|refusal|tradingview)|position/(part|position))\\.ts$',
        // The doctor opens a link as the sweep does.
        '^lib/sweep/probe-address\\.ts$',
        '^infra/local/(invoke-admin|options)\\.ts$',
        '^infra/loopback/',
        '^infra/stack/setting-definitions\\.ts$',
      ],
    },
  },
  {
    name: 'console-server-relays',
    comment: 'The console server relays commands. Only the admin function knows what they do.',
    from: { path: '^console/server/' },
    to: { path: '^lib/', pathNot: '^lib/admin/contract/' },
  },
  {
    name: 'console-app-knows-types-only',
    comment:
      'The app runs in a browser: it imports types of the contract, which bundling removes, and pure functions without zod.',
    from: { path: '^console/app/' },
    to: {
      path: '^(lib|functions|infra|bin|console/server)/',
      pathNot:
        '^lib/(exchange/(exchange-name|entry-size)|exits/exit-prices|link/(refusal|scope|tradingview|watch-advice)|position/part)\\.ts$',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'dynamodb-behind-its-port',
    comment: 'Only lib/store/dynamo-*.ts, and the wiring that creates its client, access the table.',
    from: {
      path: '^(lib|functions|infra|console|bin)/',
      pathNot: ['^lib/store/dynamo-[^/]+$', '^bin/stack/dynamo-[^/]+$', '^functions/', '^infra/local/'],
    },
    to: { path: '@aws-sdk/(client-dynamodb|lib-dynamodb)' },
  },
  {
    name: 'ccxt-behind-its-port',
    comment:
      'Only lib/exchange/ccxt and the venues use ccxt: its amounts are floats and its errors report too little.',
    from: {
      path: '^(lib|functions|infra|console|bin)/',
      pathNot: ['^lib/exchange/ccxt/', '^lib/exchange/venues/'],
    },
    to: { path: '(^|node_modules/)ccxt(/|$)' },
  },
  {
    name: 'ssm-behind-its-port',
    comment: 'Only ssm-*.ts and the AWS client access Parameter Store, which holds the credentials.',
    from: {
      path: '^(lib|functions|infra|console|bin)/',
      pathNot: ['^lib/aws-client\\.ts$', '^lib/.*/ssm-[^/]+$', '^bin/stack/ssm-[^/]+$'],
    },
    to: { path: '@aws-sdk/client-ssm' },
  },
  {
    name: 'sns-behind-its-port',
    comment: 'Only sns-*.ts accesses the topic.',
    from: { path: '^(lib|functions|infra|console|bin)/', pathNot: '^(lib|bin)/.*/sns-[^/]+$' },
    to: { path: '@aws-sdk/client-sns' },
  },
  { name: 'no-file-cycle', from: {}, to: { circular: true } },
  {
    name: 'no-folder-cycle',
    comment: 'Two folders that import each other are one folder.',
    scope: 'folder',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphan',
    comment: 'A file that imports nothing and that nothing imports is unused.',
    from: { orphan: true, pathNot: '\\.d\\.ts$' },
    to: {},
  },
  { name: 'not-to-unresolvable', from: {}, to: { couldNotResolve: true } },
  {
    name: 'deployed-code-has-few-dependencies',
    comment:
      'Deployed code imports only these packages. All are development dependencies: the npm package is a bundle.',
    from: { path: '^(lib|functions)/' },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only'],
      pathNot: `node_modules/(${deployedPackages.join('|')})/`,
    },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: borders.map((border) => ({ severity: 'error', ...border })),
  options: {
    // TypeScript 7 has no compiler API for dependency-cruiser. swc reads type imports too, without
    // tsPreCompilationDeps, which would only warn that it needs TypeScript 6. swc cannot parse `using`, so tests,
    // which may import anything and do use it, are left out.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
