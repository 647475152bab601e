import { accepts, freePort, openPlace, untilReady } from './part.ts'

/** In front of replicas: each request goes to the next of those that say they are ready, whoever asks. */
export type Balancer = AsyncDisposable & {
  readonly port: number
  /** `http://localhost:…`, as an issuer. */
  readonly url: string
}

export type Replica = {
  readonly port: number
  /** Where its health is asked. Else it is ready while it takes connections. */
  readonly management?: number
}

/** @param port where the issuer has to be known before. */
export async function startBalancer(
  replicas: readonly Replica[],
  port?: number,
): Promise<Balancer> {
  await using opening = new AsyncDisposableStack()
  const place = opening.use(openPlace('balancer'))
  const front = port ?? (await freePort())
  const servers = replicas.map(({ port: behind, management = behind }, n) => {
    const check = `check port ${management} inter 200ms fall 1 rise 1`
    return `  server replica${n} 127.0.0.1:${behind} ${check}\n`
  })
  const isAsked = replicas.every(({ management }) => management !== undefined)
  const health = isAsked
    ? '  option httpchk GET /health/ready\n  http-check expect status 200\n'
    : ''
  const config = place.write(
    'haproxy.cfg',
    `global
  log stdout format raw local0 notice
defaults
  mode http
  log global
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  # Else it is how often they are asked, which a machine under load does not keep.
  timeout check 5s
  option forwardfor
  # A connection that was refused has asked nothing yet, so another may be asked.
  retries 2
  option redispatch 1
frontend issuer
  bind 127.0.0.1:${front}
  default_backend replicas
backend replicas
  balance roundrobin
${health}${servers.join('')}`,
  )
  const part = place.start('haproxy', 'haproxy', ['-db', '-f', config])
  await untilReady(part, () => accepts(front))

  const opened = opening.move()
  return {
    port: front,
    url: `http://localhost:${front}`,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
