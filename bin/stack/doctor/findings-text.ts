import { styleText } from 'node:util';
import { commandHint, commandName, type Target } from '../../command-hint.ts';
import { asPlainText } from '../../terminal.ts';
import type { Finding } from './finding.ts';

const marks = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  failed: ['✗', 'red'],
  skipped: ['-', 'gray'],
} as const satisfies Record<Finding['state'], [string, string]>;

/** @returns a line for each finding, and one below it with what to do. */
export function describeFindings(findings: Finding[], target: Target): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ check, state, text, advice }) => {
      const [mark, color] = marks[state];
      const line = `${styleText(color, mark)} ${check.padEnd(width)}  ${asPlainText(text)}`;
      const indent = ' '.repeat(width + 4);
      return advice === undefined ? [line] : [line, `${indent}${asPlainText(withTarget(advice, target))}`];
    })
    .join('\n');
}

/** An advice ends with its command, which gets the target options of this one. */
function withTarget(advice: string, target: Target): string {
  const [, before, command] = /^(.*: )ripcord (.+)$/.exec(advice) ?? [];
  return before === undefined || command === undefined
    ? advice.replaceAll('Run ripcord', `Run ${commandName}`)
    : `${before}${commandHint(command, target)}`;
}
