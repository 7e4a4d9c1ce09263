import { test } from 'tap'
import { withoutLanguages, withoutMediaType, withoutVersions } from '../../lib/text/canonical-header'

test('releases of one program are written alike', async (t) => {
  const chrome = (version: string): string => `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`
  t.equal(withoutVersions(chrome('99.0.4844.51')), withoutVersions(chrome('128.0.0.0')))
  t.equal(withoutVersions('okhttp/4.12.0'), withoutVersions('okhttp/5.0.0-alpha.14'))
  t.equal(withoutVersions('Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X)'), withoutVersions('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)'))
  t.equal(withoutVersions('axios/1.7'), 'axios/9.9')
  t.equal(withoutVersions('CPU iPhone OS 17_6_1 like x86_64'), 'CPU iPhone OS 9_9 like x86_9.9', '_ stays known where versions have it')
  t.not(withoutVersions('okhttp/4.12.0'), withoutVersions('axios/4.12.0'))
})

test('what is no version stays as it is', async (t) => {
  for (const text of ['', 'curl', 'i686', `a/${'1'.repeat(25)}`, '1 '.repeat(17)]) t.equal(withoutVersions(text), text)
  t.equal(withoutVersions("curl/8.5' OR 1=1--"), "curl/9.9' OR 9.9=9.9--")
  t.equal(withoutVersions('a/1..2-'), 'a/9.9..9.9-')
})

test('lists of languages are written alike', async (t) => {
  const lists = ['de', 'fr', 'de-CH', 'zh-Hant-TW,zh;q=0.9', 'de-CH,de;q=0.9,en-US;q=0.8,en;q=0.7', 'pl, en;q=1, cs; q=0.55', 'es-419;q=0']
  t.equal(new Set(lists.map(withoutLanguages)).size, 1)
  t.equal(withoutLanguages(withoutLanguages('de')), withoutLanguages('de'))
})

test('what is no list of languages stays as it is', async (t) => {
  for (const text of ['', ',', 'de,', '9de', 'a'.repeat(9), 'de;q=2', 'de;q=0.1234', 'de;x=1', "de' OR 1=1--", 'de-', 'de;q', 'en,'.repeat(12) + 'en', '{jndi:ldap://x}']) t.equal(withoutLanguages(text), text)
})

test('well-formed media types are written alike, with the parameters that bodies have', async (t) => {
  const types = ['application/json', 'application/vnd.api+json; charset=utf-8', 'text/plain;charset=UTF-8', 'multipart/form-data; boundary=----WebKitFormBoundaryAbC123', 'multipart/related;boundary="a=b:c"', 'application/x-www-form-urlencoded', 'image/svg+xml']
  t.equal(new Set(types.map(withoutMediaType)).size, 1)
})

test('what is no plain media type stays as it is', async (t) => {
  for (const text of ['', 'json', 'application/', 'x/y', "application/json' OR 1=1--", 'text/html;charset=<script>', '%{(#_=@java.lang)}', `a/${'b'.repeat(250)}`, `multipart/form-data; boundary=${'a'.repeat(71)}`, 'application/json; a=b', 'text/plain\n']) t.equal(withoutMediaType(text), text)
})
