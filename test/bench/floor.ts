/**
 * The floor: what six exchanges of this kind cost in express whatever one does. A bare server that verifies two client
 * assertions (jose, as the product does), makes one signature (node:crypto, as the product does), keeps step-ups in a Map
 * and lets one append reach the disk for each. It checks nothing else and is of no use to anybody.
 * Arguments: port, folder, file of the client's keys, bytes of the page that asks, bytes of the page at the end.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import express, { type Request } from 'express'
import { compactVerify, importJWK, type JWK } from 'jose'

const [, , port = '0', folder = '', keysFile = '', askBytes = '0', endBytes = '0'] = process.argv
const issuer = `http://127.0.0.1:${port}`
const keySet: { readonly keys: readonly JWK[] } = JSON.parse(readFileSync(keysFile, 'utf8'))
const clientKey = await importJWK(keySet.keys[0] ?? {}, 'ES256')
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const file = await open(join(folder, 'floor.log'), 'a')

type Kept = { readonly redirectUri: string; readonly state: string; readonly subject: string }
const stepUps = new Map<string, Kept>()
const app = express().disable('x-powered-by')
const readForm = express.urlencoded({ extended: false })

app.get('/ready', (_request, response) => void response.end())

app.post('/par', readForm, async (request, response) => {
  await verified(request)
  const id = token()
  const { redirect_uri: redirectUri, state, login_hint: subject } = request.body
  stepUps.set(id, { redirectUri, state, subject })
  response.status(201).json({ request_uri: `urn:floor:${id}`, expires_in: 60 })
})

app.get('/authorize', (request, response) => {
  const id = String(request.query['request_uri']).slice('urn:floor:'.length)
  response.redirect(303, `/step-up/${id}/begin`)
})

app.get('/step-up/:id/begin', (_request, response) => {
  response.cookie('floor', token(), { httpOnly: true, sameSite: 'lax' })
  const form = `<form method="post" action="answer"><input type="hidden" name="proof" value="${token()}">
<input type="hidden" name="challenge" value="${token()}"><input name="code"><button>Go on</button></form>`
  response.type('html').send(filled(form, Number(askBytes)))
})

app.post('/step-up/:id/answer', readForm, async (request, response) => {
  await file.appendFile(`${request.params['id']} ${request.body.code}\n`)
  await file.datasync()
  response.redirect(303, 'resume')
})

app.get('/step-up/:id/resume', (request, response) => {
  const { id } = request.params
  const kept = stepUps.get(id)
  const query = new URLSearchParams({ code: id, state: kept?.state ?? '', iss: issuer })
  const to = `${kept?.redirectUri}?${query}`.replaceAll('&', '&amp;')
  const body = `<meta http-equiv="refresh" content="0;url=${to}">`
  response.type('html').send(filled(body, Number(endBytes)))
})

app.post('/token', readForm, async (request, response) => {
  await verified(request)
  const kept = stepUps.get(request.body.code)
  stepUps.delete(request.body.code)
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, sub: kept?.subject, aud: 'load', iat, exp: iat + 300, jti: token() }
  const input = `${encoded({ alg: 'ES256' })}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(input), {
    ...{ key: privateKey, dsaEncoding: 'ieee-p1363' },
  })
  const idToken = `${input}.${signature.toString('base64url')}`
  response.json({ access_token: token(), token_type: 'Bearer', id_token: idToken })
})

app.listen(Number(port), '127.0.0.1')

async function verified(request: Request): Promise<void> {
  await compactVerify(String(request.body.client_assertion), clientKey, { algorithms: ['ES256'] })
}

function token(): string {
  return randomBytes(24).toString('base64url')
}

function encoded(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}

function filled(body: string, bytes: number): string {
  return body.padEnd(bytes, ' ')
}
