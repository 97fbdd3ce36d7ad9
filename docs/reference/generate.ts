/**
 * Writes docs/reference/admin-api.md from the admin contract's own schemas: `node docs/reference/generate.ts`. A test fails
 * when the page and the contract differ.
 */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { commands } from '../../lib/admin/contract/commands.ts';

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  additionalProperties?: unknown;
}

/** What a person calls a schema: `"close" or "keep"`, `text`, `list of text` … */
function nameType(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(nameType))].join(' or ');
  if (schema.type === 'array') return `list of ${nameType(schema.items ?? {})}`;
  if (schema.type === 'integer') return `whole number${rangeOf(schema)}`;
  if (schema.type === 'object') return schema.properties === undefined ? 'object' : 'object, see below';
  if (schema.type === 'string') return 'text';
  return schema.type === 'boolean' ? 'true or false' : (schema.type ?? 'anything');
}

function rangeOf({ minimum, maximum }: Schema): string {
  return minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
    ? ` from ${minimum} to ${maximum}`
    : '';
}

function rows(schema: Schema, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    const row = `| \`${path}${name}\` | ${nameType(field)} | ${isRequired ? 'yes' : ''} |`;
    return field.type === 'object' && field.properties !== undefined
      ? [row, ...rows(field, `${path}${name}.`)]
      : [row];
  });
}

function inputTable(schema: Schema): string {
  const lines = rows(schema);
  return lines.length === 0
    ? 'No input.'
    : ['| input | type | required |', '|---|---|---|', ...lines].join('\n');
}

function resultLine(schema: Schema): string {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const inner = field.type === 'array' ? field.items : field;
    const names = Object.keys(inner?.properties ?? {});
    const list = field.type === 'array' ? 'list of ' : '';
    return names.length === 0
      ? `\`${name}\` (${nameType(field)})`
      : `\`${name}\`: ${list}{ ${names.join(', ')} }`;
  });
  return `Result: ${fields.join('; ')}.`;
}

function describe(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
}

/** @returns the page's text. */
export function renderAdminApi(): string {
  const sections = Object.entries(commands).map(([name, { summary, input, result }]) =>
    [`## ${name}`, summary, inputTable(describe(input)), resultLine(describe(result))].join('\n\n'),
  );
  return `${[
    '# The admin API',
    '<!-- Written by docs/reference/generate.ts from lib/admin/contract: change it there. -->',
    `The functions are named \`ripcord-admin\`, \`ripcord-trigger\` and \`ripcord-sweep\`, locally and on AWS (the
prefix is a deployment setting). The admin function has no route: it is invoked directly, with AWS credentials or,
on this machine, through the same invoke API.

\`\`\`
aws lambda invoke --endpoint-url http://127.0.0.1:8787 --region us-east-1 --function-name ripcord-admin \\
  --cli-binary-format raw-in-base64-out --payload '{"command":"positions.list"}' answer.json
\`\`\`

(\`--cli-binary-format\` is for version 2 of the AWS CLI; version 1 does without. Without \`--endpoint-url\` the same
line speaks to AWS. The AWS CLI wants credentials; any will do locally, such as \`AWS_ACCESS_KEY_ID=local
AWS_SECRET_ACCESS_KEY=local\` before the line.)

The payload is \`{"command": "…", …input}\`. The answer is \`{"ok":true,"result":{…}}\` or
\`{"ok":false,"error":{"code":"…","message":"…","issues":["…"]}}\`; \`message\` says what was wrong and what to do.
Amounts and prices are decimal strings (\`"0.5"\`), times ISO 8601 in UTC unless a number, which is epoch
milliseconds. An input field that is not listed is refused.`,
    ...sections,
  ].join('\n\n')}\n`;
}

if (import.meta.main) await writeFile(new URL('./admin-api.md', import.meta.url), renderAdminApi());
