import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { probeShape } from '../../lib/text/probe-shape'

test('paths that only probes ask for have their shape', async (t) => {
  const probes = ['/.env', '/.git/config', '/a/../../etc/passwd', '/a/..%2f..%2fetc', '/%2e%2e/%2e%2e/x', '/%252e%252e/x', '/..\\..\\win.ini', '/index.php.bak', '/backup.zip', '/db.sql', '/app.js~', '/<script>', "/a'b", '/a%00.png', '/{{7*7}}', '/.DS_Store', '/phpmyadmin/', '/manager/html', '/blog/wp-login.php', '/cgi-bin/test-cgi', '/solr/admin/info/system', '/WEB-INF/web.xml', '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php']
  for (const path of probes) t.ok(probeShape(path), path)
})

test('paths that ordinary clients ask for have it not', async (t) => {
  for (const path of ['/', '/favicon.ico', '/robots.txt', '/apple-touch-icon.png', '/.well-known/security.txt', '/orders/12', '/a.b.c', '/caf%C3%A9', '/search%20this', '/v1.2/items', '/x...y', '/wp-content/uploads/2019/a.jpg', '/managers', '/structure/owners', '/dokumente/2019/Merkblatt_36.pdf']) t.equal(probeShape(path), null, path)
})

test('any text is judged, and a very long one as quickly', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (path) => {
    const shape = probeShape(path)
    assert.ok(shape === null || shape.length > 0)
  }))
  for (const path of ['%25'.repeat(1e5), '/'.repeat(1e5), 'a'.repeat(1e5), '.'.repeat(1e5)]) probeShape(path)
})
