/**
 * The borders between the parts. Type imports count as much as others: a border that types cross is crossed.
 *
 * @type {import('dependency-cruiser').IForbiddenRuleType[]}
 */
const borders = [
  {
    name: 'lib-is-the-domain',
    comment: 'The domain knows neither what it runs on nor who calls it.',
    from: { path: '^lib/' },
    to: { path: '^(functions|infra|bin|test)/' },
  },
  {
    name: 'functions-use-lib',
    comment: 'A handler parses, calls one use case of lib, answers.',
    from: { path: '^functions/' },
    to: { path: '^(infra|bin|test)/' },
  },
  {
    name: 'bin-speaks-the-contract',
    comment: 'The command line knows the commands of the admin function and the nouns they are made of.',
    from: { path: '^bin/' },
    to: {
      path: '^(lib|functions|infra|test)/',
      pathNot: [
        '^lib/admin/commands\\.ts$',
        '^lib/(amount|fault)\\.ts$',
        '^lib/(account/account|exchange/(exchange|chart)|link/(link|reach)|position/position)\\.ts$',
        '^infra/console/server\\.ts$',
      ],
    },
  },
  {
    name: 'infra-deploys',
    comment: 'Only the local machine runs functions; the CDK app hands their folders on.',
    from: { path: '^infra/', pathNot: '^infra/(local|console)/' },
    to: { path: '^(functions|bin|test|infra/local|infra/console)/' },
  },
  {
    name: 'local-runs-functions',
    comment: 'infra/local is the same functions on one machine, and nothing of what deploys them.',
    from: { path: '^infra/local/' },
    to: { path: ['^(bin|test)/', '^infra/(?!(local|console)/)'] },
  },
  {
    name: 'console-relays',
    comment: 'The console hands commands on; what they do is for whoever serves it to know.',
    from: { path: '^infra/console/[^/]+$' },
    to: { path: ['^(functions|bin|test)/', '^lib/(?!admin/commands\\.ts$)'] },
  },
  {
    name: 'page-knows-types-only',
    comment:
      'The page runs in a browser: of the contract it takes the types, which are gone when it is bundled.',
    from: { path: '^infra/console/page/' },
    to: {
      path: '^(lib|functions|bin|test|infra/(?!console/page/))',
      pathNot: '^lib/(exchange/chart|link/reach)\\.ts$',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'dynamodb-behind-its-port',
    comment: 'Only dynamo-*.ts, and the wiring that makes its client, know the table.',
    from: {
      path: '^(lib|functions|infra|bin)/',
      pathNot: ['^lib/.*/dynamo-[^/]+$', '^functions/', '^infra/local/'],
    },
    to: { path: '@aws-sdk/(client-dynamodb|lib-dynamodb)' },
  },
  {
    name: 'ccxt-behind-its-port',
    comment: 'Only ccxt-*.ts knows ccxt: amounts are floats there, and errors mean less than they say.',
    from: {
      path: '^(lib|functions|infra|bin)/',
      pathNot: ['^lib/exchange/ccxt-[^/]+$', '^lib/exchange/venue'],
    },
    to: { path: '(^|node_modules/)ccxt(/|$)' },
  },
  {
    name: 'ssm-behind-its-port',
    comment: 'Only ssm-*.ts knows where credentials are.',
    from: { path: '^(lib|functions|infra|bin)/', pathNot: ['^lib/ssm-[^/]+$', '^lib/.*/ssm-[^/]+$'] },
    to: { path: '@aws-sdk/client-ssm' },
  },
  {
    name: 'sns-behind-its-port',
    comment: 'Only sns-*.ts knows the topic.',
    from: { path: '^(lib|functions|infra|bin)/', pathNot: '^lib/.*/sns-[^/]+$' },
    to: { path: '@aws-sdk/client-sns' },
  },
  {
    name: 'no-circle',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphan',
    comment: 'A file that nobody imports and that imports nobody is left over.',
    from: { orphan: true, pathNot: '\\.d\\.ts$' },
    to: {},
  },
  {
    name: 'not-to-unresolvable',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'not-to-dev-dependency',
    comment: 'What is deployed or installed imports nothing that only development has.',
    from: { path: '^(lib|functions)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: borders.map((border) => ({ severity: 'error', ...border })),
  options: {
    // TypeScript 7 has no compiler API for dependency-cruiser to read sources with. swc reads type imports too,
    // without tsPreCompilationDeps, which would only warn that it wants TypeScript 6. It stumbles over
    // `using`, so tests, which may import anything and do use it, are left out.
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
