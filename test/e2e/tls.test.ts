import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { needs } from '../support/needs.ts'
import { certify, keyHashOf } from './certificates.ts'
import { DESKTOP, openStage } from './stage.ts'

const HOSTS = {
  sallyport: '2fa.kestrel.example',
  idp: 'sso.kestrel.example',
  app: 'app.kestrel.example',
}

describe('over TLS, under names of their own', needs('chromium', 'openssl'), () => {
  test('the whole path works, with a cookie that no other host and no plain connection can have', async () => {
    const tls = certify(Object.values(HOSTS))
    await using stage = await openStage(['ada'], {
      names: { ...HOSTS, tls },
      flags: ({ addresses }) => [
        `--host-resolver-rules=${[...addresses].map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`)}`,
        `--ignore-certificate-errors-spki-list=${keyHashOf(tls.cert)}`,
      ],
    })
    await using ada = await stage.visit('ada', DESKTOP)
    const { page, context } = ada
    await ada.signIn()
    await ada.sees('How do you want to confirm it’s you?')
    assert.match(page.url(), /^https:\/\/2fa\.kestrel\.example\/step-up\//)

    const posted = page.waitForRequest((request) => request.url().endsWith('/choose'))
    await ada.press(/Email me a code/)
    await ada.sees('Enter the code we emailed you')
    const [cookie, ...others] = await context.cookies(`https://${HOSTS.sallyport}`)
    const { name, value, domain, path, secure, httpOnly, sameSite } = cookie ?? {}
    assert.deepEqual(others, [])
    assert.deepEqual(
      { name, domain, path, secure, httpOnly, sameSite },
      {
        ...{ name: '__Host-sallyport', domain: HOSTS.sallyport, path: '/' },
        ...{ secure: true, httpOnly: true, sameSite: 'Lax' },
      },
    )
    const { cookie: sent } = await (await posted).allHeaders()
    assert.equal(sent, `__Host-sallyport=${value}`)

    const answered = page.waitForResponse((response) => response.url().includes('/resume'))
    await ada.answer(ada.newestMail().code)
    const hsts = await (await answered).headerValue('strict-transport-security')
    assert.match(hsts ?? '', /^max-age=31536000/)
    const { acr, amr, iss } = await ada.toldToApp()
    assert.deepEqual(
      { acr, amr, iss },
      { acr: 'mfa', amr: ['pwd', 'otp'], iss: `https://${HOSTS.idp}` },
    )

    // The browser has believed it: nothing goes there in the clear any more.
    await page.goto(`http://${HOSTS.sallyport}/`)
    assert.equal(page.url(), `https://${HOSTS.sallyport}/`)
  })
})
