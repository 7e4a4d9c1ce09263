import { test } from 'tap'
import { AddressWatch } from '../../lib/address-watch'

function noted (count: number, of: (i: number) => [peer: string, client: string, isForwarded: boolean], watch = new AddressWatch()): AddressWatch {
  for (let i = 0; i < count; i++) watch.note(...of(i))
  return watch
}

test('a private proxy whose header nobody believes is noticed at once', async (t) => {
  for (const peer of ['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '127.0.0.1', '::1', 'fd00:1:2:3::/64', '::ffff:10.0.0.1']) {
    t.equal(noted(10, () => [peer, peer.replace('::ffff:', ''), true]).fault, 'untrusted-proxy', peer)
    t.equal(noted(500, () => [peer, '203.0.113.1', true]).fault, null, `${peer}, believed`)
  }
})

test('from outside, forged headers of some change nothing', async (t) => {
  t.equal(noted(1000, (i) => [`203.0.113.${i % 200}`, `203.0.113.${i % 200}`, i % 10 < 8]).fault, null)
  t.equal(noted(100, () => ['203.0.113.1', '203.0.113.1', true]).fault, null)
  t.equal(noted(300, () => ['203.0.113.1', '203.0.113.1', true]).fault, 'untrusted-proxy')
})

test('one private address that nearly everything comes from; the loopback and public addresses are nothing odd', async (t) => {
  const one = (address: string, share: number) => (i: number): [string, string, boolean] => i % 100 < share ? [address, address, false] : [`203.0.113.${i % 100}`, `203.0.113.${i % 100}`, false]
  t.equal(noted(1000, one('10.0.0.1', 99)).fault, 'one-address')
  t.equal(noted(150, one('10.0.0.1', 100)).fault, null, 'too few to tell')
  t.equal(noted(1000, one('10.0.0.1', 80)).fault, null)
  for (const address of ['127.0.0.1', '::1', '203.0.113.250', '172.32.0.1', '100.128.0.1', '2001:db8:1:2::/64']) t.equal(noted(1000, one(address, 100)).fault, null, address)
})

test('what was wrong and was put right is forgotten', async (t) => {
  const watch = noted(3000, () => ['10.0.0.1', '10.0.0.1', true])
  t.equal(watch.fault, 'untrusted-proxy')
  t.equal(noted(5000, (i) => ['10.0.0.1', `203.0.113.${i % 250}`, true], watch).fault, null)
})
