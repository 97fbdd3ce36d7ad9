interface FieldName {
  /** As the page labels it. */
  name: string;
  /** Replaces a message that is about JSON. */
  expected?: string;
}

/** The contract's input fields, as the owner sees them. */
const fields: Record<string, FieldName> = {
  account: { name: 'Account' },
  adopt: { name: 'Adopt open positions' },
  after: { name: 'Page of the positions' },
  action: { name: 'What the link does' },
  amount: { name: 'Amount' },
  apply: { name: 'Apply this result' },
  byPercent: { name: 'Reduce by %' },
  before: { name: 'Page of the history' },
  channel: { name: 'Channel' },
  'channel.baseUrl': { name: 'Bot API server' },
  'channel.chatId': { name: 'Chat id' },
  'channel.endpoint': { name: 'Endpoint' },
  'channel.kind': { name: 'Kind of channel' },
  'channel.name': { name: 'Name' },
  'channel.token': { name: 'Bot token' },
  'channel.topicArn': { name: "Topic's ARN" },
  'channel.url': { name: 'Webhook URL' },
  confirm: { name: 'Opened in a browser' },
  cost: { name: 'Cost' },
  entryOrderIds: { name: 'Entry orders' },
  exitOrderIds: { name: 'Exit orders' },
  expiresIn: { name: 'Duration' },
  follows: { name: "The strategy's state" },
  interval: { name: 'Candle interval' },
  label: { name: 'Label' },
  limit: { name: 'Number of entries' },
  linkId: { name: 'Link' },
  live: { name: 'Live state' },
  maxUses: { name: 'Maximum uses', expected: 'expected a whole number from 1 to 1000' },
  methods: { name: 'Opened in a browser' },
  name: { name: 'Name' },
  nakedWatch: { name: 'Notice of a missing stop' },
  open: { name: 'Only open positions' },
  percent: { name: 'Close part (%)', expected: 'expected a whole number from 1 to 99' },
  positionId: { name: 'Position' },
  price: { name: 'Price' },
  rehearsal: { name: 'Rehearsal first' },
  requestId: { name: 'Request' },
  riskAmount: { name: 'Risk' },
  side: { name: 'Side' },
  sold: { name: 'Amount that was sold' },
  sources: {
    name: 'IP addresses or ranges',
    expected: 'expected addresses such as 203.0.113.7 or ranges such as 203.0.113.0/24',
  },
  stop: { name: 'Stop' },
  'stop.breakEven': { name: 'Break-even' },
  'stop.price': { name: 'Stop price' },
  'stop.trailPercent': { name: 'Trail by %' },
  stopLoss: { name: 'Stop' },
  'stopLoss.limitPrice': { name: 'Stop LIMIT price' },
  'stopLoss.price': { name: 'Stop price' },
  symbol: { name: 'Market' },
  tag: { name: 'Tag' },
  takeProfits: { name: 'Targets' },
  test: { name: 'Test notice' },
  toPercent: { name: 'Reduce to %' },
  type: { name: 'Entry order' },
  until: { name: 'End of the pause' },
  watch: { name: 'Watch' },
  'watch.every': { name: 'An alert is due every' },
  'watch.missed': { name: 'Missed alerts', expected: 'expected a whole number from 1 to 100' },
  'watch.then': { name: 'If alerts stop' },
};

const targetParts: Record<string, string> = { price: ' price', percent: ' part in %' };

/** @returns what a field expects, in words of the page; undefined if the contract's own words fit. */
export function findExpected(path: string): string | undefined {
  return findField(path)?.expected;
}

function findField(path: string): FieldName | undefined {
  const [first = '', index, part = ''] = path.split('.');
  if (first === 'takeProfits' && index !== undefined)
    return { name: `Target ${Number(index) + 1}${targetParts[part] ?? ''}` };
  return fields[path] ?? fields[first];
}

/**
 * @param issues of the admin function, each as `path: message`.
 * @returns a sentence in the words of the page, or undefined if it has no word for one of the fields.
 */
export function describeIssues(issues: readonly string[]): string | undefined {
  const described = [...new Set(issues.map(describeIssue))];
  if (described.length === 0 || described.includes(undefined)) return undefined;
  return `${described.join('. ')}. Nothing was done.`;
}

function describeIssue(issue: string): string | undefined {
  const [path = '', ...message] = issue.split(': ');
  const field = findField(path);
  return field === undefined ? undefined : `${field.name}: ${field.expected ?? message.join(': ')}`;
}
