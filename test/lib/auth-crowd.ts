import { test } from 'tap'
import { AuthCrowd } from '../../lib/detectors/auth-crowd'
import type { AuthAttempt } from '../../lib/detectors/auth-attempt'
import type { Signal } from '../../lib/signal'

const SECOND = 1000
const START = Date.UTC(2026, 0, 5)
const CUSTOMERS = 1

function attempt (at: number, number: number, fingerprint: number, success: boolean): AuthAttempt {
  return { at, user: `user ${number}`, userHash: number, client: '', clientHash: Math.imul(number + 1, 0x9e3779b1) >>> 0, fingerprint, success }
}

/** Some tools take turns at new users from new clients, one every ten seconds for an hour, beside so many customers a second who get in. @returns The findings' subjects, by kind. */
function attack (tools: number, customers: number): Map<string, Set<string>> {
  const crowd = new AuthCrowd()
  const found = new Map<string, Set<string>>()
  const note = (signal: Signal): void => {
    const subjects = found.get(signal.type) ?? new Set<string>()
    found.set(signal.type, subjects.add(signal.extras?.finding?.subject ?? ''))
  }
  for (let second = 0; second < 3 * 3600; second++) {
    const at = START + second * SECOND
    for (let i = 0; i < customers; i++) crowd.succeed(attempt(at, second * customers + i, CUSTOMERS, true))
    if (second < 7200 || second % 5 !== 0) continue
    const failed = attempt(at, 1_000_000 + second, 100 + second / 5 % tools, false)
    crowd.fail(failed)
    crowd.judge(failed, note)
  }
  return found
}

test('one tool is told by its fingerprint', async (t) => {
  const found = attack(1, 20)
  t.same([...found.keys()], ['auth_credential_stuffing'])
  t.match([...found.get('auth_credential_stuffing')!], [/^fingerprint /])
})

test('several tools that take turns are one finding', async (t) => {
  const found = attack(6, 20)
  t.same([...found.keys()], ['auth_credential_stuffing'])
  const subjects = [...found.get('auth_credential_stuffing')!]
  t.ok(subjects.length <= 2, `${subjects.join(', ')}`)
  t.ok(subjects.includes('fingerprints'))
})

test('where they are most of all who try, it is the share of failures that tells', async (t) => {
  const found = attack(6, 0)
  t.same([...found.keys()], ['auth_failure_ratio'])
  t.same([...found.get('auth_failure_ratio')!], ['all'])
})
