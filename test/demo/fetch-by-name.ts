import { request } from 'node:https'
import type { CustomFetch } from 'openid-client'

/** As the company's DNS and its own CA would have it: these names are ports of this machine, and `ca` vouches for them. */
export function fetchByName(ports: ReadonlyMap<string, number>, ca: string): CustomFetch {
  return (address, { method, headers, body }) => {
    const { hostname, pathname, search } = new URL(address)
    const to = { host: '127.0.0.1', port: ports.get(hostname), servername: hostname, ca }
    const asked = { ...headers, host: hostname }
    return new Promise((resolve, reject) => {
      const sent = request(
        { ...to, method, path: `${pathname}${search}`, headers: asked },
        async (answer) => {
          const text = await new Response(answer).text()
          const told = Object.entries(answer.headers).map(([name, value]) => [name, `${value}`])
          resolve(
            new Response(text, {
              status: answer.statusCode ?? 0,
              headers: Object.fromEntries(told),
            }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body === null || body === undefined ? undefined : `${body}`)
    })
  }
}
