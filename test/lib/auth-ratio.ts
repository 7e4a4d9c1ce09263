import { test } from 'tap'
import { AuthRatio } from '../../lib/detectors/auth-ratio'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5)

/** `perMinute` users try for `minutes`; of a hundred, `failing` fail and never succeed. */
function run (ratio: AuthRatio, from: number, minutes: number, perMinute: number, failing: number): number {
  for (let i = 0; i < minutes * perMinute; i++) {
    const at = from + i * MINUTE / perMinute
    if (i * 37 % 100 < failing) ratio.fail(at)
    else ratio.succeed(at)
  }
  return from + minutes * MINUTE
}

test('the norm is learned, and a share within it alarms nobody', async (t) => {
  for (const failing of [0, 3, 12, 30]) {
    const ratio = new AuthRatio()
    run(ratio, START, 600, 20, failing)
    t.notOk(ratio.isOpen, `${failing} %`)
    t.ok(Math.abs(ratio.norm - failing / 100) < 0.02, `${ratio.norm}`)
  }
})

test('a share far above the norm opens an episode, which does not become the norm, and closes afterwards', async (t) => {
  const ratio = new AuthRatio()
  let at = run(ratio, START, 300, 20, 5)
  const { norm } = ratio
  at = run(ratio, at, 60, 20, 60)
  t.ok(ratio.isOpenAt(at))
  t.ok(ratio.share > 0.5)
  t.ok(Math.abs(ratio.norm - norm) < 0.02)
  at = run(ratio, at, 120, 20, 5)
  t.notOk(ratio.isOpenAt(at))
})

test('who succeeds within the grace has not failed', async (t) => {
  const ratio = new AuthRatio()
  let at = run(ratio, START, 300, 20, 5)
  for (let i = 0; i < 600; i++) {
    at += 1000
    const bucket = ratio.fail(at)
    ratio.resolve(bucket)
    ratio.succeed(at + 500)
  }
  t.notOk(ratio.isOpenAt(at + 30 * MINUTE))
  t.ok(ratio.norm < 0.06)
})

test('few failures are no episode, whatever their share', async (t) => {
  const ratio = new AuthRatio()
  const at = run(ratio, START, 60, 0.4, 100)
  t.notOk(ratio.isOpenAt(at))
})

test('an episode of which nothing more comes is over', async (t) => {
  const ratio = new AuthRatio()
  const at = run(ratio, START, 30, 20, 100)
  t.ok(ratio.isOpenAt(at))
  t.notOk(ratio.isOpenAt(at + 60 * MINUTE))
})
