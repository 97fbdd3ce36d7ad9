/** The contract's input fields, by the option or argument that sets them. */
const optionNames = new Map(
  Object.entries({
    account: '--account',
    symbol: '--symbol',
    side: '--side',
    entryOrderIds: '--entry',
    exitOrderIds: '--exit',
    amount: '--amount',
    cost: '--cost',
    price: '--price',
    type: '--type',
    label: '--label',
    tag: '--tag',
    toPercent: '--to-percent',
    byPercent: '--by-percent',
    stop: '--break-even, --price or --trail-percent',
    'stop.price': '--price',
    'stop.trailPercent': '--trail-percent',
    follows: '--follows',
    adopt: '--adopt',
    rehearsal: '--rehearsal',
    watch: '--watch-every',
    'watch.every': '--watch-every',
    'watch.missed': '--watch-missed',
    'watch.then': '--watch-then',
    nakedWatch: '--no-naked-watch',
    requestId: '--request-id',
    open: '--open',
    expiresIn: '--expires-in',
    maxUses: '--max-uses',
    confirm: '--confirm',
    methods: '--post-only',
    sources: '--sources',
    percent: '--percent',
    limit: '--limit',
    takeProfits: '--take-profit',
    stopLoss: '--stop-loss',
    riskAmount: '--risk',
    positionId: '<positionId>',
    linkId: '<linkId>',
    action: '<action>',
    name: '<name>',
    channel: '<name>',
    'channel.kind': '<kind>',
    'channel.name': '--name',
    'channel.chatId': '--chat-id',
    'channel.baseUrl': '--base-url',
    'channel.topicArn': '--topic-arn',
    'channel.token': 'token',
    'channel.url': 'url',
    'account.exchange': '--exchange',
    'account.sandbox': '--sandbox',
    'account.baseUrl': '--base-url',
    'account.options': '--option',
    'account.apiKey': 'apiKey',
    'account.secret': 'secret',
    'account.password': 'password',
  }),
);

/** @returns the option for a field, given as zod's path of an issue. */
export function toOptionName(path: readonly PropertyKey[]): string {
  const [field = '', nested] = path.map(String);
  return optionNames.get(`${field}.${nested}`) ?? optionNames.get(field) ?? path.map(String).join('.');
}

const separator = ': ';

/** @returns an issue of the admin function, `path: message`, with the option in place of the path. */
export function toOptionIssue(issue: string): string {
  const [path = '', ...message] = issue.split(separator);
  return message.length === 0 ? issue : [toOptionName(path.split('.')), ...message].join(separator);
}
