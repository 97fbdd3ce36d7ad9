interface FieldName {
  /** As the page labels it. */
  name: string;
  /** Replaces a message that is about JSON. */
  expected?: string;
}

/** The contract's input fields, as the owner sees them. */
const fields: Record<string, FieldName> = {
  account: { name: 'Account' },
  amount: { name: 'Amount' },
  'channel.baseUrl': { name: 'Bot API server' },
  'channel.chatId': { name: 'Chat id' },
  'channel.name': { name: 'Name' },
  'channel.token': { name: 'Bot token' },
  'channel.topicArn': { name: "Topic's ARN" },
  'channel.url': { name: 'Webhook URL' },
  confirm: { name: 'Opened in a browser' },
  cost: { name: 'Cost' },
  entryOrderIds: { name: 'Entry orders' },
  exitOrderIds: { name: 'Exit orders' },
  expiresIn: { name: 'Duration' },
  label: { name: 'Label' },
  maxUses: { name: 'Maximum uses', expected: 'expected a whole number from 1 to 1000' },
  methods: { name: 'Opened in a browser' },
  percent: { name: 'Close part (%)', expected: 'expected a whole number from 1 to 99' },
  price: { name: 'Price' },
  riskAmount: { name: 'Risk' },
  side: { name: 'Side' },
  sources: {
    name: 'IP addresses or ranges',
    expected: 'expected addresses such as 203.0.113.7 or ranges such as 203.0.113.0/24',
  },
  stopLoss: { name: 'Stop loss' },
  symbol: { name: 'Market' },
  takeProfits: { name: 'Take profit' },
  type: { name: 'Entry order' },
};

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
  const field = fields[path] ?? fields[path.split('.')[0] ?? ''];
  return field === undefined ? undefined : `${field.name}: ${field.expected ?? message.join(': ')}`;
}
