import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { clientOf } from '../../lib/client-address'

test('an IPv6 client is its /64, however the address is written', async (t) => {
  for (const address of ['2001:db8:1:2::7', '2001:0db8:0001:0002:ffff:1:2:3', '2001:DB8:1:2:0:0:0:1', '2001:db8:1:2::1%eth0']) t.equal(clientOf(address), '2001:db8:1:2::/64', address)
  t.equal(clientOf('::1'), '0:0:0:0::/64')
  t.equal(clientOf('fe80::1'), 'fe80:0:0:0::/64')
  t.not(clientOf('2001:db8:1:3::7'), clientOf('2001:db8:1:2::7'))
})

test('an IPv4 address is itself, mapped into IPv6 or not', async () => {
  fc.assert(fc.property(fc.ipV4(), (address) => {
    assert.equal(clientOf(address), address)
    assert.equal(clientOf(`::ffff:${address}`), address)
  }))
})

test('a port behind an address, and brackets around one, belong to no client', async (t) => {
  const group = fc.integer({ min: 0, max: 65535 }).map((number) => number.toString(16))
  fc.assert(fc.property(fc.ipV4(), fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(65535), (v4, groups, port) => {
    const v6 = groups.join(':')
    assert.equal(clientOf(`${v4}:${port}`), v4)
    assert.equal(clientOf(`[::ffff:${v4}]:${port}`), v4)
    assert.equal(clientOf(`[${v6}]:${port}`), clientOf(v6))
    assert.equal(clientOf(`[${v6}]`), clientOf(v6))
  }))
  t.equal(clientOf('[2001:db8:1:2::7%eth0]:443'), '2001:db8:1:2::/64')
  t.equal(clientOf('[2001:db8:1:2::7'), clientOf('[2001:db8:1:2::8'), 'what nobody writes is taken without an error')
})

test('however an IPv4 address is mapped, it is itself', async (t) => {
  for (const address of ['::FFFF:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:ffff:192.0.2.1', '0000:0000:0000:0000:0000:FFFF:C000:0201']) t.equal(clientOf(address), '192.0.2.1', address)
  for (const address of ['::ffff:0:192.0.2.1', '::192.0.2.1', '::ffff:192.0.2.256', '::ffff:192.0.2', '2001:db8::ffff:192.0.2.1']) t.match(clientOf(address), /::\/64$/, address)
})

test('a port that a proxy left with the address makes no other client', async (t) => {
  for (const address of ['192.0.2.1:443', '192.0.2.1:50001', '[::ffff:192.0.2.1]:443']) t.equal(clientOf(address), '192.0.2.1', address)
  for (const address of ['[2001:db8:1:2::7]:443', '[2001:db8:1:2::8]', '[2001:db8:1:2:9::]:1']) t.equal(clientOf(address), '2001:db8:1:2::/64', address)
})

test('addresses that share the first four groups are one client', async () => {
  const group = fc.integer({ min: 0, max: 65535 }).map((number) => number.toString(16))
  fc.assert(fc.property(fc.array(group, { minLength: 4, maxLength: 4 }), fc.array(group, { minLength: 4, maxLength: 4 }), (network, host) => {
    assert.equal(clientOf([...network, ...host].join(':')), clientOf([...network, '0', '0', '0', '1'].join(':')))
  }))
})

test('what is longer than any address is unknown', async (t) => {
  for (const text of ['x'.repeat(65), 'a:'.repeat(3000), `10.0.0.1, ${'10.0.0.2, '.repeat(9)}`]) t.equal(clientOf(text), 'unknown')
  t.equal(clientOf('2001:0db8:0001:0002:0003:0004:255.255.255.255%enp0s31f6'), '2001:db8:1:2::/64')
})

test('anything that is no address is taken without an error', async () => {
  fc.assert(fc.property(fc.string(), (text) => { assert.equal(typeof clientOf(text), 'string') }))
})
