/** The demo's own pages: plain, and clearly not Sallyport's. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#222}
label{display:block;margin:1rem 0 .25rem}input{font:inherit;padding:.5rem;width:16rem}
button{font:inherit;padding:.5rem 1rem;margin-top:1rem}td,th{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top;overflow-wrap:anywhere}
pre{background:#f3f3f3;padding:1rem;white-space:pre-wrap}</style></head><body>${body}</body></html>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

export const escaped = (text: unknown): string =>
  String(text).replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)

/** The one cookie of that name. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}
