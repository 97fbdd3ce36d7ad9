import { expect, it } from 'vitest';
import { prefersHtml } from '../../../functions/http/content-negotiation.ts';

it.each([
  ['what a browser does', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['HTML alone', 'text/html'],
  ['HTML in capitals, with a version', 'Text/HTML;level=1'],
  ['any text', 'text/*'],
  ['HTML rather than JSON', 'application/json;q=0.5, text/html;q=0.6'],
  ['both with equal weights, HTML first', 'text/html, application/json'],
  ['HTML first, then anything', 'text/html, */*'],
  ['anything but JSON', '*/*, application/json;q=0'],
])('A client that accepts %s gets HTML', (_, accept) => {
  expect(prefersHtml(accept)).toBe(true);
});

it.each([
  ['nothing in particular', ''],
  ['anything', '*/*'],
  ['JSON alone', 'application/json'],
  ['JSON rather than HTML', 'application/json, text/html;q=0.1'],
  ['JSON rather than HTML, JSON last', 'text/html;q=0.1, application/json'],
  ['both with equal weights, JSON first', 'application/json, text/html'],
  ['anything rather than HTML', 'text/html;q=0.5, */*'],
  ['anything but HTML', '*/*, text/html;q=0'],
  ['HTML with weight 0', 'text/html;q=0'],
  ['another type whose name contains it', 'application/x-text/html-ish'],
  ['a weight that is not a number', 'text/html;q=high, */*;q=0.1'],
])('A client that accepts %s gets JSON', (_, accept) => {
  expect(prefersHtml(accept)).toBe(false);
});
