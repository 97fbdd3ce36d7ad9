/** Where the page is served. The cookie has this path, so that links never receive it. */
export const base = '/console/';
/** Where a used or wrong key leads. */
export const usedPath = `${base}used`;

function refusalPage(title: string, sentence: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ripcord: ${title}</title><link rel="icon" href="${base}icon.svg"><link rel="stylesheet" href="${base}app.css"></head>
<body><main class="refusal"><img src="${base}icon.svg" alt="" width="40" height="40"><h1>${title}</h1><p>${sentence}</p></main></body></html>
`;
}

export const lockedPage = refusalPage(
  'Locked',
  'Open the address that the terminal shows. Its <code>?key=</code> signs this browser in.',
);
export const usedPage = refusalPage(
  'This address was already used',
  `Each address works once. Open the latest one that the terminal shows. If this browser is signed in, <a href="${base}">go to the console</a>.`,
);
export const notFoundPage = refusalPage('Not found', `The console is at <a href="${base}">${base}</a>.`);
export const foreignHostPage = refusalPage(
  "This address isn't allowed",
  'Open the console at 127.0.0.1, localhost or [::1].',
);
