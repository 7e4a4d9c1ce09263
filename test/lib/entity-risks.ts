import { test } from 'tap'
import { BLOCK, CALM, EntityRisks, THROTTLE } from '../../lib/entity-risks'
import type { Sender } from '../../lib/entity-risks'
import { hashText } from '../../lib/text/keyed-hash'

const MINUTE = 60_000
const options = { capacity: 1000, halfLifeMs: 10 * MINUTE, keepAbove: 60, throttleAt: 60, blockAt: 85, hysteresis: 10, seal: (address: string) => `tag-${[...address].map((letter) => letter.charCodeAt(0).toString(36)).reverse().join('')}` }

function sender (client: string, credential: string | null = null, user: string | null = null): Sender {
  return { client, clientHash: hashText(client, 1), credential, session: null, user, principal: hashText(user ?? credential ?? client, 1) }
}

/** A sender with a session cookie. */
function browser (client: string, cookie: string): Sender { return { ...sender(client), session: { tag: `session ${cookie}`, hash: hashText(cookie, 2) } } }

function levelOf (risks: EntityRisks, who: Sender, at = 0, byAddress = true): number { return risks.judge(who, at, risks.all, byAddress).level }

test('whoever is known best is blamed, and nobody else', async (t) => {
  for (const who of [sender('a'), sender('a', 'token'), sender('a', 'token', 'maria')]) {
    const risks = new EntityRisks(options)
    risks.blame(who, 'x', 90, 0, 'r', true, false)
    t.equal(risks.risk('a', 0) > 0, who.credential === null)
    t.equal(risks.risk('token', 0) > 0, who.credential !== null && who.user === null)
    t.equal(risks.risk('maria', 0) > 0, who.user !== null)
    t.equal(levelOf(risks, who), BLOCK)
  }
})

test('what does not count in enforce is not in its ledger', async (t) => {
  const risks = new EntityRisks(options)
  risks.blame(sender('a'), 'x', 90, 0, 'r', false, false)
  t.equal(risks.judge(sender('a'), 0, risks.enforced, true).level, CALM)
  risks.blame(sender('a'), 'y', 70, 0, 'r', true, false)
  t.equal(risks.judge(sender('a'), 0, risks.enforced, true).level, THROTTLE)
  t.equal(levelOf(risks, sender('a')), BLOCK)
  t.equal(risks.release('a'), true)
  t.equal(risks.judge(sender('a'), 0, risks.enforced, true).level, CALM)
})

test('an address that is not the client\'s decides nothing', async (t) => {
  const risks = new EntityRisks(options)
  risks.blame(sender('a', 'token'), 'x', 90, 0, 'r', true, true)
  t.equal(levelOf(risks, sender('a')), BLOCK)
  t.equal(levelOf(risks, sender('a'), 0, false), CALM)
  t.equal(levelOf(risks, sender('a', 'token'), 0, false), BLOCK)
  risks.decide('a', { action: 'block', until: null, by: 'maria', reason: '', at: 0 })
  t.equal(levelOf(risks, sender('a'), 0, false), BLOCK, 'but by hand it does')
})

test('an unknown address is nobody', async (t) => {
  const risks = new EntityRisks(options)
  risks.blame(sender(''), 'x', 100, 0, 'r', true, true)
  t.equal(risks.all.size, 0)
  t.equal(levelOf(risks, sender('')), CALM)
})

test('the most telling decision by hand counts', async (t) => {
  const risks = new EntityRisks(options)
  const rule = (action: 'allow' | 'block', until: number | null = null) => ({ action, until, by: 'maria', reason: '', at: 0 })
  risks.decide('a', rule('block'))
  risks.decide('token', rule('allow'))
  t.equal(levelOf(risks, sender('a', 'token')), CALM)
  t.equal(levelOf(risks, sender('a', 'other')), BLOCK)
  risks.decide('maria', rule('block', MINUTE))
  t.equal(levelOf(risks, sender('a', 'token', 'maria')), BLOCK)
  t.equal(levelOf(risks, sender('a', 'token', 'maria'), MINUTE), CALM)
  t.same(risks.manual(MINUTE).map(([entity]) => entity), ['a', 'token'])
  for (let i = 0; i < 9998; i++) risks.decide(`n${i}`, rule('allow', i === 0 ? 2 * MINUTE : null))
  t.throws(() => risks.decide('one more', rule('block')), RangeError)
  risks.decide('one more', { ...rule('block'), at: 2 * MINUTE })
  t.equal(levelOf(risks, sender('one more'), 2 * MINUTE), BLOCK, 'there is room again when one has ended')
})

const copyOf = (risks: EntityRisks, at: number): ReturnType<EntityRisks['toJSON']> => JSON.parse(JSON.stringify(risks.toJSON(at)))

test('risk and decisions by hand come back from JSON, aged by the time that has passed', async (t) => {
  const risks = new EntityRisks(options)
  risks.blame(sender('192.0.2.1'), 'x', 90, 0, 'r', true, false)
  risks.blame(sender('2001:db8:1:2::/64'), 'x', 90, 0, 'r', false, false)
  risks.blame(sender('192.0.2.1', 'token'), 'x', 80, 0, 'r', true, false)
  risks.decide('192.0.2.9', { action: 'block', until: null, by: 'maria', reason: 'scraping', at: 0 })
  risks.decide('192.0.2.8', { action: 'allow', until: 5 * MINUTE, by: 'maria', reason: '', at: 0 })
  const json = copyOf(risks, MINUTE)
  t.notMatch(JSON.stringify([json.all, json.enforced]), /192\.0|2001:/, 'no address')
  const again = new EntityRisks(options)
  again.take(json, false, 10 * MINUTE)
  const at = 10 * MINUTE
  t.equal(again.isCalm(at), false)
  t.ok(Math.abs(again.risk('192.0.2.1', at) - 45) < 0.01)
  t.ok(Math.abs(again.risk('2001:db8:1:2::/64', at) - 45) < 0.01)
  t.ok(Math.abs(again.risk('token', at) - 40) < 0.01)
  t.equal(again.judge(sender('2001:db8:1:2::/64'), MINUTE, again.enforced, true).level, CALM, 'what does not count in enforce does not count there')
  t.equal(levelOf(again, sender('192.0.2.9'), at), BLOCK)
  t.match(again.manual(at), [['192.0.2.9', { by: 'maria', reason: 'scraping' }]])
  t.equal(again.manual(at).length, 1, 'the other is over')
  t.equal(again.release('192.0.2.1'), true)
  t.equal(again.risk('192.0.2.1', at), 0)
})

test('merged, risk is what one would know who had seen both; taken over, it replaces what was known', async (t) => {
  const [whole, left, right] = [new EntityRisks(options), new EntityRisks(options), new EntityRisks(options)]
  for (const risks of [whole, left]) risks.blame(sender('192.0.2.1'), 'x', 40, 0, 'r', true, false)
  for (const risks of [whole, right]) {
    risks.blame(sender('192.0.2.1'), 'y', 50, 5 * MINUTE, 'r', true, false)
    risks.blame(sender('192.0.2.2'), 'y', 50, 5 * MINUTE, 'r', true, false)
  }
  const json = copyOf(right, 5 * MINUTE)
  const replaced = new EntityRisks(options)
  replaced.blame(sender('192.0.2.7'), 'x', 40, 0, 'r', true, false)
  replaced.take(json, false, 5 * MINUTE)
  t.equal(replaced.risk('192.0.2.7', 5 * MINUTE), 0)
  left.take(json, true, 5 * MINUTE)
  for (const client of ['192.0.2.1', '192.0.2.2']) t.ok(Math.abs(left.risk(client, 5 * MINUTE) - whole.risk(client, 5 * MINUTE)) < 0.5, client)
})

test('of two decisions by hand about one entity the later holds, whoever knew it', async (t) => {
  for (const isAddition of [true, false]) {
    const [here, there] = [new EntityRisks(options), new EntityRisks(options)]
    const rule = { until: null, by: 'maria', reason: '' }
    here.decide('a', { action: 'block', ...rule, at: 10 })
    here.decide('b', { action: 'block', ...rule, at: 30 })
    there.decide('a', { action: 'allow', ...rule, at: 20 })
    there.decide('b', { action: 'allow', ...rule, at: 20 })
    there.decide('c', { action: 'block', ...rule, at: 20 })
    here.take(copyOf(there, 40), isAddition, 40)
    t.same(here.manual(40).map(([entity, { action }]) => `${action} ${entity}`).sort(), ['allow a', 'block b', 'block c'])
  }
})

test('what is broken in a snapshot is left out, and another version is an error', async (t) => {
  const risks = new EntityRisks(options)
  const good = { entity: 'token', risk: 50, since: 0, at: 0, level: 0, sources: [{ source: 'x', risk: 50 }], reasons: [] }
  for (const wrong of [null, 7, 'x', {}, { ...good, risk: 'much' }, { ...good, risk: 1e9 }, { ...good, sources: [null] }, { ...good, entity: 5 }]) risks.take({ version: 1, all: [wrong, good], enforced: wrong, manual: [wrong, { entity: 'a', rule: wrong }] } as never, false, 0)
  t.equal(risks.all.size, 1)
  t.same(risks.manual(0), [])
  for (const wrong of [null, {}, { version: 2 }]) t.throws(() => risks.take(wrong as never, false, 0), RangeError)
})

test('all is calm until somebody may have to be slowed down, and again when nobody may any more', async (t) => {
  const risks = new EntityRisks(options)
  t.ok(risks.isCalm(0))
  risks.blame(sender('a'), 'x', 45, 0, 'r', true, false)
  t.ok(risks.isCalm(0), 'below the threshold, and below where a level would end')
  risks.blame(sender('a'), 'y', 60, 0, 'r', true, false)
  t.notOk(risks.isCalm(0))
  t.ok(risks.isCalm(20 * MINUTE))
  risks.decide('b', { action: 'allow', until: null, by: 'maria', reason: '', at: 0 })
  t.notOk(risks.isCalm(20 * MINUTE), 'a decision by hand has to be looked at')
})

test('a level that ended while all was calm, and nobody asked, has ended', async (t) => {
  const risks = new EntityRisks(options)
  risks.blame(sender('a'), 'x', 70, 0, 'r', true, false)
  t.equal(levelOf(risks, sender('a')), THROTTLE)
  risks.blame(sender('a'), 'y', 38, 10 * MINUTE, 'r', true, false)
  t.ok(risks.risk('a', 10 * MINUTE) > 50 && risks.risk('a', 10 * MINUTE) < 60)
  t.equal(levelOf(risks, sender('a'), 10 * MINUTE), CALM)
})

test('sessions behind an address count once they were accepted where others are refused; until such a place is known, credentials do', async (t) => {
  const blamed = (risks: EntityRisks): number => {
    risks.blame(sender('a'), 'x', 90, 0, 'r', true, false)
    return risks.risk('a', 0)
  }
  const vouched = (isGuarded: boolean, isKnown: boolean, who = (i: number): Sender => sender('a', `token ${i}`)): EntityRisks => {
    const risks = new EntityRisks(options)
    if (isKnown) risks.vouch(sender('b', 'another'), 0, true)
    for (let i = 0; i < 100; i++) {
      if (isGuarded) risks.accept(who(i), 0)
      risks.vouch(who(i), 0, isGuarded)
    }
    return risks
  }
  const cookie = (i: number): Sender => browser('a', `sid ${i}`)
  t.ok(blamed(vouched(false, false)) < 30)
  t.ok(blamed(vouched(true, true)) < 30)
  t.ok(blamed(vouched(true, true, cookie)) < 30)
  t.equal(blamed(vouched(false, true)), 90, 'claims are none')
  t.equal(blamed(vouched(false, false, cookie)), 90, 'cookies are claims from the start')
  t.ok(blamed(vouched(false, true, (i) => sender('a', null, `user ${i}`))) < 30, 'users whom the application names are')
})

test('a session that was accepted comes before the address, a made-up one does not', async (t) => {
  for (const [own, another] of [[sender('a', 'token'), sender('a', 'made up')], [browser('a', 'sid'), browser('a', 'made up')]] as const) {
    const risks = new EntityRisks(options)
    risks.accept(own, 0)
    risks.blame(sender('a'), 'x', 95, 0, 'r', true, false)
    t.equal(levelOf(risks, sender('a')), BLOCK)
    t.equal(levelOf(risks, another), BLOCK)
    t.equal(levelOf(risks, own), CALM)
    risks.blame(own, 'x', 95, 0, 'r', true, false)
    t.equal(levelOf(risks, own), BLOCK, 'its own doing is its own')
    t.equal(levelOf(risks, { ...own, client: 'b' }), BLOCK, 'wherever it goes')
    t.equal(levelOf(risks, sender('b')), CALM)
  }
})
