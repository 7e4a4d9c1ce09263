import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { TrapPaths } from '../../lib/text/trap-paths'

test('a path is found however it is written, and no other', async (t) => {
  const traps = new TrapPaths(['/wp-login.php', '/.git/*', '/Admin/'])
  for (const url of ['/wp-login.php', '/wp-login.php?a=b', '/WP-LOGIN.PHP', '/%77p-login.php', '///wp-login.php', '/wp-login.php/', '/wp-login.php;x=1']) t.equal(traps.find(url), '/wp-login.php', url)
  for (const url of ['/.git/', '/.git/config', '/%2egit/HEAD']) t.equal(traps.find(url), '/.git/*', url)
  t.equal(traps.find('/admin'), '/Admin/')
  for (const url of ['/', '', '/.git', '/.github/x', '/wp-login.phpx', '/x/wp-login.php', '/x?/wp-login.php', '/admin/users']) t.equal(traps.find(url), null, url)
})

test('any URL is looked at without a throw', async () => {
  const traps = new TrapPaths(['/a', '/b/*'])
  fc.assert(fc.property(fc.string({ maxLength: 2000 }), (url) => { assert.doesNotThrow(() => traps.find(url)) }))
  assert.equal(traps.find(`/${'%'.repeat(100_000)}`), null)
  assert.equal(traps.find('/'.repeat(100_000)), null)
})
