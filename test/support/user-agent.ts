/** A browser without a screen: keeps cookies, follows nothing by itself, reads forms. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1'])

export type UserAgent = {
  get(url: string, headers?: Record<string, string>): Promise<Page>
  /** Follows redirects while they stay on this machine, and stops at the first answer that is none. */
  follow(url: string): Promise<Page>
  submit(page: Page, action: string, fields?: Record<string, string>): Promise<Page>
  /** Of `localhost`, where Sallyport is. */
  readonly cookies: Map<string, string>
}

export type Page = {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly forms: readonly Form[]
  readonly title: string
}

export type Form = {
  /** Last segment of its action. */
  readonly action: string
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
}

export function createUserAgent(
  language = 'en',
  heard: (hop: {
    readonly method: string
    readonly url: string
    readonly status: number
  }) => void = () => {},
  /** Sent with each request, as they are at that moment. */
  always: Record<string, string> = {},
): UserAgent {
  /** By host, as browsers do: ports share them. */
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (url: string): Map<string, string> => {
    const { hostname } = new URL(url)
    const jar = jars.get(hostname) ?? new Map<string, string>()
    jars.set(hostname, jar)
    return jar
  }
  const cookies = jarOf('http://localhost')

  const agent: UserAgent = {
    cookies,
    get: (url, headers = {}) => load(url, { headers }),
    async follow(url) {
      let page = await load(url, {})
      for (let hop = 0; hop < 10; hop++) {
        const to = page.headers.get('location')
        if (to === null) return page
        const next = new URL(to, page.url)
        if (!LOOPBACK.has(next.hostname)) return page
        page = await load(next.href, {})
      }
      return page
    },
    async submit(page, action, fields = {}) {
      const form = page.forms.find((one) => one.action === action)
      if (form === undefined) {
        const there = page.forms.map((one) => one.action).join(', ')
        throw new Error(`no form ${action} on "${page.title}" (${page.status}), only: ${there}`)
      }
      const body = new URLSearchParams({ ...form.fields, ...fields })
      const answer = await load(form.url, { method: 'POST', body })
      const to = answer.headers.get('location')
      return to === null ? answer : agent.follow(new URL(to, form.url).href)
    },
  }
  return agent

  async function load(url: string, init: RequestInit): Promise<Page> {
    const jar = jarOf(url)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const own = { 'accept-language': language, ...(cookie === '' ? {} : { cookie }) }
    const headers = { ...own, ...always, ...(init.headers as Record<string, string> | undefined) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const body = await response.text()
    heard({ method: init.method ?? 'GET', url, status: response.status })
    return {
      ...{ url, status: response.status, headers: response.headers, body },
      forms: formsIn(body, url),
      title: decoded(/<title>([^<]*)<\/title>/.exec(body)?.[1] ?? ''),
    }
  }
}

function formsIn(body: string, url: string): readonly Form[] {
  return [...body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes, inside]) => {
    const action = attribute(attributes ?? '', 'action') ?? url
    const target = new URL(action, url)
    const inputs = [...(inside ?? '').matchAll(/<input\b([^>]*)>/g)]
    const fields = inputs.flatMap(([, input]) => {
      const name = attribute(input ?? '', 'name')
      const value = attribute(input ?? '', 'value')
      // A box that nobody ticked is not sent.
      if (attribute(input ?? '', 'type') === 'checkbox' && !/ checked\b/.test(input ?? ''))
        return []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    })
    const buttons = [...(inside ?? '').matchAll(/<button\b([^>]*)>/g)].flatMap(([, button]) => {
      const name = attribute(button ?? '', 'name')
      return name === undefined ? [] : [[name, attribute(button ?? '', 'value') ?? ''] as const]
    })
    const last = target.pathname.split('/').at(-1) ?? ''
    return { action: last, url: target.href, fields: Object.fromEntries([...fields, ...buttons]) }
  })
}

function attribute(text: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1]
  return value === undefined ? undefined : decoded(value)
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
}

export const decoded = (text: string): string =>
  text.replace(/&(#?\w+);/g, (all, name: string) => ENTITIES[name] ?? all)
