import { expect, it } from 'vitest';
import { prefersHtml } from '../../../functions/http/content-negotiation.ts';

it.each([
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['a page alone', 'text/html'],
  ['a page in capitals, with a version', 'Text/HTML;level=1'],
  ['any text', 'text/*'],
  ['a page rather than JSON', 'application/json;q=0.5, text/html;q=0.6'],
  ['both alike, the page first', 'text/html, application/json'],
  ['a page first, then anything', 'text/html, */*'],
  ['anything but JSON', '*/*, application/json;q=0'],
])('%s gets the page', (_, accept) => {
  expect(prefersHtml(accept)).toBe(true);
});

it.each([
  ['who says nothing', ''],
  ['a command line', '*/*'],
  ['JSON alone', 'application/json'],
  ['JSON rather than a page', 'application/json, text/html;q=0.1'],
  ['JSON rather than a page, named last', 'text/html;q=0.1, application/json'],
  ['both alike, JSON first', 'application/json, text/html'],
  ['anything rather than a page', 'text/html;q=0.5, */*'],
  ['anything but a page', '*/*, text/html;q=0'],
  ['a page that is never wanted', 'text/html;q=0'],
  ['another type whose name has it in it', 'application/x-text/html-ish'],
  ['a weight that is none', 'text/html;q=high, */*;q=0.1'],
])('%s gets JSON', (_, accept) => {
  expect(prefersHtml(accept)).toBe(false);
});
