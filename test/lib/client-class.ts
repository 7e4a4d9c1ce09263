import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { clientClass, namesProgram } from '../../lib/text/client-class'

test('versions and comments make no class', async (t) => {
  const classOf = (agent: string): number => clientClass(agent, 9)
  t.equal(classOf('Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/120.0'), classOf('Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/99.1'))
  t.equal(classOf('okhttp/4.9.1'), classOf('okhttp/5.0'))
  t.equal(classOf('curl/8.1 (a (nested) comment)'), classOf('curl/7.0'))
})

test('a name of its own behind the products of a browser makes another class', async (t) => {
  const browser = 'Mozilla/5.0 (Linux; Android 6.0.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36'
  const robot = clientClass(`${browser} (compatible; Crawler/2.1; +http://crawler.example/)`, 9)
  t.not(robot, clientClass(browser, 9))
  t.equal(robot, clientClass(`${browser} (compatible; Crawler/3.0; +http://crawler.example/about)`, 9), 'whatever it says of itself')
})

test('other products make another class', async (t) => {
  const agents = ['Mozilla/5.0 Gecko/1 Firefox/1', 'Mozilla/5.0 AppleWebKit/1 Chrome/1 Safari/1', 'Mozilla/5.0 AppleWebKit/1 Safari/1', 'okhttp/4', 'curl/8', 'python-requests/2', 'sqlmap/1.7', '']
  t.equal(new Set(agents.map((agent) => clientClass(agent, 9))).size, agents.length)
})

test('no user agent is class 0, every other a number above', async () => {
  assert.equal(clientClass('', 9), 0)
  fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), fc.integer(), (agent, seed) => {
    const made = clientClass(agent, seed)
    assert.ok(Number.isInteger(made) && made > 0 && made < 2 ** 32)
  }))
})

test('what begins like no product of any program names none', async (t) => {
  for (const agent of ['Dart/3.5 (dart:io)', 'Zapier', 'Amazon CloudFront', 'com.example.app/7 CFNetwork/1 Darwin/24', 'Mozilla/5.0 (X11)', 'a']) t.ok(namesProgram(agent), agent)
  for (const agent of ['', ' ', '/', '() { :; }; /bin/id', '<x>', '\'', 'A'.repeat(41), 'k3_9Z'.repeat(12), '(compatible)', 'ünser/1']) t.notOk(namesProgram(agent), agent)
})
