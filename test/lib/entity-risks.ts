import { test } from 'tap'
import { BLOCK, CALM, EntityRisks, THROTTLE } from '../../lib/entity-risks'
import type { Sender } from '../../lib/entity-risks'
import { finishHash } from '../../lib/text/value-shape'

const MINUTE = 60_000
const options = { capacity: 1000, halfLifeMs: 10 * MINUTE, keepAbove: 60, throttleAt: 60, blockAt: 85, hysteresis: 10 }

function sender (client: string, credential: string | null = null, user: string | null = null): Sender {
  return { client, clientHash: finishHash(client.length * 31 + client.charCodeAt(0)), credential, user }
}

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
