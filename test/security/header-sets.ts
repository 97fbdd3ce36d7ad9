/** A request as a program sends it to a link, without the headers that don't matter. */
export interface HeaderSet {
  from: string;
  method?: 'GET' | 'POST';
  headers: Record<string, string>;
}

const agents = {
  chromeWindows:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  chromeMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  chromeAndroid:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36',
  chromeIphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0.7499.92 Mobile/15E148 Safari/604.1',
  edgeWindows:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0',
  edgeAndroid:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36 EdgA/143.0.0.0',
  firefoxWindows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  firefoxAndroid: 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0',
  safariMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  safariIphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  webViewIphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  webViewAndroid:
    'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.0.0 Mobile Safari/537.36',
};
export type Browser = keyof typeof agents;

const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
function brandsOf(browser: Browser): Record<string, string> {
  return /^(chrome(?!Iphone)|edge|webViewAndroid)/.test(browser)
    ? {
        'sec-ch-ua': `"Chromium";v="143", "${browser.startsWith('edge') ? 'Microsoft Edge' : 'Google Chrome'}";v="143", "Not_A Brand";v="8"`,
        'sec-ch-ua-mobile': browser.endsWith('Android') ? '?1' : '?0',
      }
    : {};
}

/** A top-level navigation. `user`: the browser reports a click or a key, which Safari never does. */
export function navigation(browser: Browser, site: string, user = true): Record<string, string> {
  return {
    'user-agent': agents[browser],
    accept,
    ...brandsOf(browser),
    'sec-fetch-site': site,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...(user && !/safari|Iphone/.test(browser) ? { 'sec-fetch-user': '?1' } : {}),
  };
}

function typed(browser: Browser) {
  return navigation(browser, 'none');
}
function clicked(browser: Browser) {
  return navigation(browser, 'cross-site');
}
function inApp(browser: Browser, words: string) {
  return {
    ...navigation(browser, 'none', false),
    'user-agent': `${agents[browser]} ${words}`,
  };
}

/** A person has opened the link, as far as anybody can tell. */
export const people: HeaderSet[] = [
  { from: 'Chrome on Windows, typed', headers: typed('chromeWindows') },
  { from: 'Chrome on Windows, clicked in a web mail', headers: clicked('chromeWindows') },
  { from: 'Chrome on Windows, from a bookmark', headers: typed('chromeWindows') },
  { from: 'Chrome on a Mac, typed', headers: typed('chromeMac') },
  { from: 'Chrome on Android, typed', headers: typed('chromeAndroid') },
  { from: 'Chrome on Android, opened by an app', headers: navigation('chromeAndroid', 'none', false) },
  {
    from: 'Chrome on Android, a custom tab of an app',
    headers: {
      ...navigation('chromeAndroid', 'cross-site'),
      referer: 'android-app://org.telegram.messenger/',
    },
  },
  { from: 'Chrome on an iPhone, typed', headers: typed('chromeIphone') },
  { from: 'Edge on Windows, typed', headers: typed('edgeWindows') },
  { from: 'Edge on Windows, clicked', headers: clicked('edgeWindows') },
  { from: 'Edge on Android, from a bookmark', headers: typed('edgeAndroid') },
  { from: 'Firefox on Windows, typed', headers: { ...typed('firefoxWindows'), priority: 'u=0, i' } },
  { from: 'Firefox on Windows, clicked', headers: { ...clicked('firefoxWindows'), te: 'trailers' } },
  { from: 'Firefox on Android, typed', headers: typed('firefoxAndroid') },
  { from: 'Safari on a Mac, typed', headers: typed('safariMac') },
  { from: 'Safari on a Mac, clicked', headers: clicked('safariMac') },
  { from: 'Safari on an iPhone, typed', headers: typed('safariIphone') },
  { from: 'Safari on an iPhone, from a bookmark', headers: typed('safariIphone') },
  {
    from: 'Samsung Internet, typed',
    headers: {
      ...typed('chromeAndroid'),
      'user-agent':
        'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/143.0.0.0 Mobile Safari/537.36',
    },
  },
  {
    from: "Instagram's own browser on an iPhone",
    headers: inApp('webViewIphone', 'Instagram 380.0.0.28.84 (iPhone14,5; iOS 18_5; en_US; scale=3.00)'),
  },
  {
    from: "Facebook's own browser on an iPhone",
    headers: inApp('webViewIphone', '[FBAN/FBIOS;FBAV/514.0.0.40.92;FBDV/iPhone14,5;FBSN/iOS;FBSV/18.5]'),
  },
  { from: "LinkedIn's own browser on an iPhone", headers: inApp('webViewIphone', '[LinkedInApp]/9.31.1') },
  { from: "X's own browser on an iPhone", headers: inApp('webViewIphone', 'Twitter for iPhone/11.0') },
  { from: "WeChat's own browser on an iPhone", headers: inApp('webViewIphone', 'MicroMessenger/8.0.50') },
  {
    from: 'a web view on Android',
    headers: { ...navigation('webViewAndroid', 'none', false), 'x-requested-with': 'com.example.app' },
  },
  { from: "TradingView's desktop app", headers: inApp('chromeWindows', 'TVDesktop/2.9.0 Electron/31.0.0') },
  {
    from: 'Chrome, header names in capitals',
    headers: Object.fromEntries(
      Object.entries(typed('chromeWindows')).map(([name, value]) => [name.toUpperCase(), value]),
    ),
  },
];

/** No person, and nothing that shows it. For these there is `confirm`. */
export const indistinguishable: HeaderSet[] = [
  { from: 'a scanner that drives a whole browser', headers: navigation('chromeWindows', 'none') },
  { from: 'a page that redirects its visitor', headers: navigation('chromeWindows', 'cross-site', false) },
  { from: 'a browser that restores its tabs', headers: navigation('chromeWindows', 'none', false) },
  {
    from: 'a browser that reloads',
    headers: { ...navigation('chromeWindows', 'none'), 'cache-control': 'max-age=0' },
  },
];

/** A POST without a body fires, whichever program sends it. */
export const posts: HeaderSet[] = [
  { from: 'TradingView, without a content type', headers: { 'content-length': '0' } },
  {
    from: 'TradingView, as text',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': '0' },
  },
  {
    from: 'TradingView, as JSON',
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '0' },
  },
  { from: 'TradingView, in chunks', headers: { 'transfer-encoding': 'chunked' } },
  {
    from: 'the button of the page',
    headers: {
      ...navigation('chromeWindows', 'same-origin'),
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': '0',
    },
  },
  { from: 'curl -X POST', headers: { 'user-agent': 'curl/8.7.1', accept: '*/*' } },
].map((set) => ({ ...set, method: 'POST' }));

function plain(from: string, agent: string, headers: Record<string, string> = {}): HeaderSet {
  return {
    from,
    headers: { 'user-agent': agent, accept: '*/*', ...headers },
  };
}

const bots: HeaderSet[] = [
  plain('Slack', 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'),
  plain('Slack for images', 'Slack-ImgProxy (+https://api.slack.com/robots)'),
  plain('Discord', 'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)'),
  plain('Telegram', 'TelegramBot (like TwitterBot)'),
  plain('WhatsApp', 'WhatsApp/2.23.20.0'),
  plain('Signal', 'WhatsApp/2'),
  plain('Viber', 'Viber/21.0.0'),
  plain('Facebook', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'),
  plain('X', 'Twitterbot/1.0'),
  plain('LinkedIn', 'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)'),
  plain(
    'Skype',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  ),
  plain('Microsoft Teams', `${agents.chromeWindows} MicrosoftPreview/2.0 +https://aka.ms/MicrosoftPreview`),
  plain(
    'iMessage',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0',
  ),
  plain('Mattermost', 'Mozilla/5.0 (compatible; Mattermost-Bot/1.1; +https://mattermost.com)'),
  plain('Iframely', 'Iframely/1.3.1 (+https://iframely.com/docs/about)'),
  plain('Googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
  {
    from: 'Googlebot as it renders pages',
    headers: {
      ...navigation('chromeAndroid', 'none', false),
      'user-agent': `${agents.chromeAndroid} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
    },
  },
  plain('Bingbot', 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'),
];

const scanners: HeaderSet[] = [
  plain('Outlook Safe Links, under the name of a browser', agents.edgeWindows, { accept }),
  plain('a mail gateway such as Proofpoint, under the name of a browser', agents.chromeWindows, { accept }),
  plain('a mail gateway such as Mimecast', 'Mozilla/5.0 (compatible; Mimecast; +https://www.mimecast.com)'),
  plain('a mail gateway such as Barracuda', 'Barracuda Sentinel (EE)'),
  plain('Word, which checks a link before it opens it', 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)'),
  {
    from: 'a scanner in a headless browser',
    headers: {
      ...navigation('chromeWindows', 'none'),
      'user-agent': agents.chromeWindows.replace('Chrome/', 'HeadlessChrome/'),
    },
  },
  {
    from: 'a scanner in a headless browser under another name',
    headers: {
      ...navigation('chromeWindows', 'none'),
      'sec-ch-ua': '"HeadlessChrome";v="143", "Chromium";v="143"',
    },
  },
];

const programs: HeaderSet[] = [
  plain('curl', 'curl/8.7.1'),
  plain('wget', 'Wget/1.24.5'),
  plain('Python', 'python-requests/2.32.3'),
  plain('Postman', 'PostmanRuntime/7.43.0'),
  plain('Go', 'Go-http-client/1.1'),
  plain('PowerShell', 'Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.4391'),
  plain('a download manager', 'Internet Download Manager/6.42'),
  { from: 'a program without any header', headers: {} },
  {
    from: 'curl with the headers of a browser',
    headers: { ...typed('chromeWindows'), 'user-agent': 'curl/8.7.1' },
  },
];

function ahead(browser: Browser, headers: Record<string, string>) {
  return {
    ...navigation(browser, 'none', false),
    ...headers,
  };
}
const aheadOfTime: HeaderSet[] = [
  { from: 'Chrome, prerender', headers: ahead('chromeWindows', { 'sec-purpose': 'prefetch;prerender' }) },
  { from: 'Chrome, prefetch by rules', headers: ahead('chromeWindows', { 'sec-purpose': 'prefetch' }) },
  {
    from: 'Chrome, prefetch through its own proxy',
    headers: ahead('chromeWindows', { 'sec-purpose': 'prefetch;anonymous-client-ip' }),
  },
  { from: 'Chrome, NoStatePrefetch', headers: ahead('chromeWindows', { purpose: 'prefetch' }) },
  {
    from: 'Chrome, a tagged speculation',
    headers: ahead('chromeWindows', { 'sec-speculation-tags': 'null' }),
  },
  {
    from: 'Chrome, <link rel=prefetch>',
    headers: {
      ...ahead('chromeWindows', { 'sec-purpose': 'prefetch' }),
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'empty',
    },
  },
  { from: 'Firefox, prefetch', headers: ahead('firefoxWindows', { 'x-moz': 'prefetch' }) },
  { from: 'Firefox, current prefetch', headers: ahead('firefoxWindows', { 'sec-purpose': 'prefetch' }) },
  { from: 'Safari, preview', headers: ahead('safariMac', { 'x-purpose': 'preview' }) },
  { from: 'Safari, former preview', headers: ahead('safariMac', { purpose: 'preview' }) },
  { from: 'a purpose in capitals', headers: ahead('chromeWindows', { 'SEC-PURPOSE': 'PREFETCH' }) },
  { from: 'an unknown purpose', headers: ahead('chromeWindows', { 'sec-purpose': 'guess' }) },
];

function fetched(from: string, mode: string, destination: string, browser: Browser = 'chromeWindows') {
  return {
    from,
    headers: {
      ...navigation(browser, 'cross-site', false),
      'sec-fetch-mode': mode,
      'sec-fetch-dest': destination,
    },
  };
}
const embedded: HeaderSet[] = [
  fetched('<img>', 'no-cors', 'image'),
  fetched('<img> in Firefox', 'no-cors', 'image', 'firefoxWindows'),
  fetched('<img> in Safari', 'no-cors', 'image', 'safariIphone'),
  fetched('<iframe>', 'navigate', 'iframe'),
  fetched('<iframe> in Safari', 'navigate', 'iframe', 'safariMac'),
  fetched('<frame>', 'navigate', 'frame'),
  fetched('<embed>', 'navigate', 'embed'),
  fetched('<object>', 'navigate', 'object'),
  fetched('<fencedframe>', 'navigate', 'fencedframe'),
  fetched('<script>', 'no-cors', 'script'),
  fetched('a style sheet', 'no-cors', 'style'),
  fetched('<video>', 'no-cors', 'video'),
  fetched('fetch()', 'cors', 'empty'),
  fetched('fetch() without CORS', 'no-cors', 'empty'),
  fetched('a service worker', 'same-origin', 'serviceworker'),
  fetched('a worker', 'same-origin', 'worker'),
  fetched('a WebSocket', 'websocket', 'websocket'),
  fetched('a download of the browser', 'no-cors', 'empty'),
];

function without(...names: string[]) {
  return Object.fromEntries(Object.entries(typed('chromeWindows')).filter(([name]) => !names.includes(name)));
}
const incomplete: HeaderSet[] = [
  { from: 'no Sec-Fetch-Mode', headers: without('sec-fetch-mode') },
  { from: 'no Sec-Fetch-Dest', headers: without('sec-fetch-dest') },
  { from: 'no user agent', headers: without('user-agent') },
  { from: 'an empty user agent', headers: { ...typed('chromeWindows'), 'user-agent': '' } },
  { from: 'a mode in capitals', headers: { ...typed('chromeWindows'), 'sec-fetch-mode': 'NAVIGATE' } },
  { from: 'a destination in capitals', headers: { ...typed('chromeWindows'), 'sec-fetch-dest': 'Document' } },
  { from: 'a mode twice', headers: { ...typed('chromeWindows'), 'sec-fetch-mode': 'navigate,navigate' } },
  plain(
    'Safari 15, which sends no Sec-Fetch headers',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1',
    { accept },
  ),
];

/** Nothing shows that a person opened the link. */
export const unproven: HeaderSet[] = [
  ...bots,
  ...scanners,
  ...programs,
  ...aheadOfTime,
  ...embedded,
  ...incomplete,
];
