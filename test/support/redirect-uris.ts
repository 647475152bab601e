/** What the client registered beside its own address. */
export const REGISTERED = [
  'https://iam.example/callback',
  'https://iam.example/q?tenant=a&x=1',
  'http://127.0.0.1:5555/cb',
  'https://iam.example',
] as const

/** Addresses that look like one of those, or lead there by some reading, and are none of them. */
export const TRICKS: Readonly<Record<string, readonly string[]>> = {
  'a path that goes elsewhere': [
    ...['/callback/../evil', '/callback/..', '/callback/.', '/./callback', '//callback'].map(at),
    ...[
      '/callback/',
      '/callback//',
      '/callback/x',
      '/callback;x=1',
      '/callback\\',
      '/callback%00',
    ].map(at),
    ...['/callback%2f..%2fevil', '/callback/%2e%2e/evil', '/%63allback', '/callback%2F'].map(at),
    ...['/Callback', '/CALLBACK', '/callbac', '/callback.', '/callback ', '/callback%20', ''].map(
      at,
    ),
  ],
  'another host': [
    ...['https://evil.example/callback', 'https://iam.example.evil.example/callback'],
    ...['https://iam.example@evil.example/callback', 'https://iam.example%40evil.example/callback'],
    ...[
      'https://evil.example/https://iam.example/callback',
      'https://evil.example#iam.example/callback',
    ],
    ...[
      'https://evil.example?https://iam.example/callback',
      'https://iam.example\\@evil.example/callback',
    ],
    ...[
      'https://iam.example\\.evil.example/callback',
      'https://iam.example。evil.example/callback',
    ],
    ...[
      'https://iam.exаmple/callback',
      'https://ｉam.example/callback',
      'https://iam.example./callback',
    ],
    ...[
      'https://sub.iam.example/callback',
      'https://iam.example,evil.example/callback',
      'https:evil.example',
    ],
    ...['//evil.example/callback', '/\\evil.example', '///evil.example', 'evil.example/callback'],
  ],
  'somebody in front of the host': [
    ...['https://user@iam.example/callback', 'https://user:pass@iam.example/callback'],
    ...['https://@iam.example/callback', 'https://:@iam.example/callback'],
  ],
  'another spelling of the same address': [
    ...[
      'HTTPS://iam.example/callback',
      'https://IAM.example/callback',
      'https://iam.example:443/callback',
    ],
    ...[
      'https://iam.example:0443/callback',
      'https://iam.example:/callback',
      'https:/iam.example/callback',
    ],
    ...[
      'https:///iam.example/callback',
      'https:\\\\iam.example\\callback',
      ' https://iam.example/callback',
    ],
    ...[
      'https://iam.example/callback\t',
      'https://iam.example/call\nback',
      '"https://iam.example/callback"',
    ],
    ...[
      'https%3A%2F%2Fiam.example%2Fcallback',
      'https://iam.example/callback\r\nLocation: https://evil.example',
    ],
  ],
  'another scheme or port': [
    ...[
      'http://iam.example/callback',
      'https://iam.example:8443/callback',
      'wss://iam.example/callback',
    ],
    ...[
      'javascript:alert(1)//https://iam.example/callback',
      'data:text/html,x',
      'file:///callback',
    ],
    ...[
      'javascript://iam.example/callback%0aalert(1)',
      'iam.example:/callback',
      'urn:ietf:wg:oauth:2.0:oob',
    ],
  ],
  'something added': [
    ...['?', '?x=1', '?code=mine', '?state=mine', '?iss=https://evil.example', '&x=1'].map(after),
    ...[
      '#',
      '#x',
      '#code=mine',
      '?#',
      '#@evil.example',
      '%3Fx=1',
      '%23x',
      ',https://evil.example',
    ].map(after),
    ...[' https://evil.example', '+https://evil.example', '*', '/*'].map(after),
  ],
  'a query that was registered in another order, or not whole': [
    ...[
      '?x=1&tenant=a',
      '?tenant=a',
      '?tenant=b&x=1',
      '?tenant=a&x=1&y=2',
      '?tenant=a&x=1&',
      '',
    ].map((query) => `https://iam.example/q${query}`),
    ...['?tenant=a&x=1#', '?tenant=%61&x=1', '?tenant=a&amp;x=1', '?tenant=a;x=1'].map(
      (query) => `https://iam.example/q${query}`,
    ),
  ],
  'another loopback': [
    ...[
      'http://localhost:5555/cb',
      'http://[::1]:5555/cb',
      'http://127.0.0.1/cb',
      'http://127.0.0.1:5556/cb',
    ],
    ...[
      'http://127.1:5555/cb',
      'http://2130706433:5555/cb',
      'http://0x7f.0.0.1:5555/cb',
      'http://0:5555/cb',
    ],
    ...['http://127.0.0.1:5555', 'http://127.0.0.2:5555/cb', 'https://127.0.0.1:5555/cb'],
    ...[
      'http://127.0.0.1:5555@evil.example/cb',
      'http://127.0.0.1.nip.io:5555/cb',
      'http://0.0.0.0:5555/cb',
    ],
  ],
  'the address of another client': ['https://other.example/callback', 'https://other.example'],
  'a part of an address': [
    'https://iam.example/',
    'http://localhost/callback',
    '/callback',
    'callback',
    '.',
    '?',
  ],
}

function at(path: string): string {
  return path === '' ? 'https://iam.example/' : `https://iam.example${path}`
}

function after(tail: string): string {
  return `https://iam.example/callback${tail}`
}
