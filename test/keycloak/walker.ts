/** A browser that shows nothing: it keeps cookies, follows redirects and fills in forms. A hundred of them cost nothing. */
export type Walker = {
  /** @param until an address that it does not go to, but says where it was to go */
  go(url: string, options?: GoOptions): Promise<Page>
  /** The form of this id on the page, with what is filled in. */
  submit(page: Page, id: string, filled: Filled, options?: GoOptions): Promise<Page>
}

export type Page = { readonly url: string; readonly status: number; readonly html: string }
type Filled = Readonly<Record<string, string>>
type GoOptions = { readonly form?: Filled; readonly until?: string }

const HOPS_MAX = 20

export function createWalker(language = 'en'): Walker {
  const cookies = new Map<
    string,
    { readonly at: URL; readonly path: string; readonly pair: string }
  >()

  function keep(at: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/)
    const named = (name: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
    const path = named('path') ?? '/'
    const key = `${at.host} ${path} ${pair.split('=', 1)}`
    const isOver = named('max-age') === '0' || Date.parse(named('expires') ?? '') < Date.now()
    if (isOver) cookies.delete(key)
    else cookies.set(key, { at, path, pair })
  }

  function cookiesFor(url: URL): string {
    const held = [...cookies.values()]
    return held
      .filter(({ at, path }) => at.host === url.host && url.pathname.startsWith(path))
      .map(({ pair }) => pair)
      .join('; ')
  }

  const go: Walker['go'] = async (to, { form, until } = {}) => {
    let url = new URL(to)
    let body = form
    for (let hop = 0; hop < HOPS_MAX; hop++) {
      if (until !== undefined && url.href.startsWith(until)) break
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: cookiesFor(url), 'accept-language': language },
        ...(body === undefined ? {} : { method: 'POST', body: new URLSearchParams(body) }),
      })
      for (const line of response.headers.getSetCookie()) keep(url, line)
      const html = await response.text()
      const location = response.headers.get('location')
      if (location === null) return { url: url.href, status: response.status, html }
      url = new URL(location, url)
      body = undefined
    }
    return { url: url.href, status: 0, html: '' }
  }

  return {
    go,
    submit(page, id, filled, options) {
      const action = new RegExp(`<form[^>]*id="${id}"[^>]*action="([^"]+)"`).exec(page.html)?.[1]
      if (action === undefined) throw new Error(`no form ${id} at ${page.url}: ${page.html}`)
      return go(new URL(plain(action), page.url).href, { ...options, form: filled })
    },
  }
}

/** What a page of Keycloak's complains of. */
export function complaintOf({ html, url }: Page): string {
  const shown =
    /<span class="[^"]*(?:alert__title|kc-feedback-text)[^"]*">([^<]*)/.exec(html) ??
    /<div id="kc-error-message">\s*<p class="[^"]*">([^<]*)/.exec(html)
  if (shown === null) throw new Error(`no complaint at ${url}: ${html}`)
  return plain(shown[1] ?? '').trim()
}

const plain = (html: string) =>
  html
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, x, n) =>
      String.fromCodePoint(Number.parseInt(n, x ? 16 : 10)),
    )
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
