import express, { type Express } from 'express'

export type Check = {
  readonly name: string
  readonly status: 'UP' | 'DOWN'
  readonly data?: Readonly<Record<string, string | number>>
}

export type ManagementDeps = {
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>
  /** What must be there to serve anybody. */
  readonly ready: () => Promise<readonly Check[]>
  readonly started: () => 'UP' | 'DOWN'
}

/** The port for operators and probes; it must not be reachable from outside. */
export function createManagement({ metrics, ready, started }: ManagementDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.get('/metrics', async (_request, response) => {
    const { type, body } = await metrics()
    response.type(type).send(body)
  })
  app.get('/health/live', (_request, response) => {
    response.json(bodyOf([]))
  })
  app.get('/health/started', (_request, response) => {
    const body = bodyOf([{ name: 'Start', status: started() }])
    response.status(body.status === 'UP' ? 200 : 503).json(body)
  })
  app.get(['/health', '/health/ready'], async (_request, response) => {
    const body = bodyOf(await ready())
    response.status(body.status === 'UP' ? 200 : 503).json(body)
  })
  return app
}

/** The shape that Keycloak and MicroProfile Health use. */
function bodyOf(checks: readonly Check[]) {
  const isUp = checks.every(({ status }) => status === 'UP')
  return { status: isUp ? 'UP' : 'DOWN', checks } as const
}
