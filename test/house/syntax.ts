import { parse } from '@swc/core';
import type { SourceFile } from './source-files.ts';

export interface FunctionSize {
  path: string;
  /** The declared name, or `callback` for a function that is passed on without one. */
  name: string;
  line: number;
  /** From the first line of the declaration to the last, both included. */
  lines: number;
}

export interface Location {
  path: string;
  line: number;
}

interface Node {
  type: string;
  span?: { start: number; end: number };
  [field: string]: unknown;
}

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

/** @returns every function of the file, nested ones too, and every conditional directly inside another one. */
export async function inspectSyntax({
  path,
  text,
}: SourceFile): Promise<{ functions: FunctionSize[]; nestedTernaries: Location[] }> {
  const { body, lineAt } = await parseFile({ path, text });
  const functions: FunctionSize[] = [];
  const nestedTernaries: Location[] = [];
  for (const { node, name } of walk(body, undefined)) {
    if (node.span === undefined) continue;
    const line = lineAt(node.span.start);
    if (functionTypes.has(node.type))
      functions.push({ path, name: name ?? 'callback', line, lines: lineAt(node.span.end - 1) - line + 1 });
    if (hasConditionalOperand(node)) nestedTernaries.push({ path, line });
  }
  return { functions, nestedTernaries };
}

/**
 * The parser counts bytes from a base that it does not report, and leaves leading comments out of the module's own
 * span. An empty statement in front of the text shows the base.
 */
async function parseFile({ path, text }: SourceFile) {
  const source = `;${text.startsWith('#!') ? `//${text.slice(2)}` : text}`;
  const isTsx = path.endsWith('.tsx');
  const module = await parse(source, { syntax: 'typescript', tsx: isTsx, target: 'es2024' });
  const [first, ...body] = module.body as unknown as Node[];
  const base = first?.span?.start ?? 0;
  const bytes = Buffer.from(source);
  const lineStarts = [0];
  for (const [index, byte] of bytes.entries()) if (byte === 0x0a) lineStarts.push(index + 1);
  const lineAt = (position: number): number => {
    const next = lineStarts.findIndex((start) => start > position - base);
    return next === -1 ? lineStarts.length : next;
  };
  return { body, lineAt };
}

function* walk(
  value: unknown,
  name: string | undefined,
): Generator<{ node: Node; name: string | undefined }> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item, name);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  const own = nameOf(node) ?? name;
  if (typeof node.type === 'string') yield { node, name: own };
  // A name belongs to the function that is declared with it, not to those inside of its body.
  const passesName = typeof node.type !== 'string' || namingTypes.has(node.type);
  for (const field of Object.values(node)) yield* walk(field, passesName ? own : undefined);
}

/** What hands its name on to the function that is its value. */
const namingTypes = new Set([
  'VariableDeclarator',
  'KeyValueProperty',
  'ClassProperty',
  'PrivateProperty',
  'ParenthesisExpression',
  'TsAsExpression',
  'TsSatisfiesExpression',
]);

function nameOf(node: Node): string | undefined {
  if (node.type === 'Constructor') return 'constructor';
  for (const field of [node.identifier, node.id, node.key]) {
    const named = field as { value?: unknown; id?: { value?: unknown } } | null | undefined;
    const value = named?.value ?? named?.id?.value;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function hasConditionalOperand(node: Node): boolean {
  return (
    node.type === 'ConditionalExpression' &&
    [node.test, node.consequent, node.alternate].some((operand) => isConditional(operand as Node))
  );
}

function isConditional(node: Node): boolean {
  if (node.type === 'ParenthesisExpression') return isConditional(node.expression as Node);
  return node.type === 'ConditionalExpression';
}
