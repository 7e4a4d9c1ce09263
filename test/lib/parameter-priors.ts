import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'tap'
import { NameBacking } from '../../lib/detectors/name-backing'
import { ParameterPriors } from '../../lib/detectors/parameter-priors'
import { ParameterProfile } from '../../lib/detectors/parameter-profile'
import { ValueJudge } from '../../lib/detectors/value-judge'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'
import { Redactor } from '../../lib/text/redact'

const SEED = 23
const route = new RouteState('GET /a', 'GET', '/a', true, 'observe', 50)

/** An application of several forms, which learn from one another how regular its fields are. */
class Forms {
  readonly priors = new ParameterPriors()
  readonly #context = { judge: new ValueJudge(SEED, new Redactor(), this.priors), backing: new NameBacking(), priors: this.priors, promoteAfter: 3 }

  /** A form with one field; its name is known nowhere else. */
  learned (name: string, values: readonly string[]): ParameterProfile {
    const form = new ParameterProfile('form.', this.#context)
    values.forEach((value, i) => form.learn({ [name]: value }, i, false))
    return form
  }
}

function risk (form: ParameterProfile, sent: Record<string, string>): number {
  const observation = new Observation(0, 0, route, 'GET', '/a', [], null, 0, '', 0, null, 0, '')
  form.judge(sent, 1, observation)
  return observation.score
}

/** So many values, of these in turn. */
const cycle = (values: readonly string[], count: number): string[] => Array.from({ length: count }, (_, i) => values[i % values.length] as string)
const letters = 'abcdefghijklmnopqrstuvwxyz'
test('a format is told from another sooner where formats keep, and words are not', async (t) => {
  const date = (i: number): string => `2026-0${1 + i % 9}-${10 + i * 7 % 19}`
  const dates = (count: number): string[] => Array.from({ length: count }, (_, i) => date(i))
  const forms = new Forms()
  for (let n = 0; n < 8; n++) forms.learned(`day${n}`, dates(60))
  const own = forms.learned('own', dates(20))
  const among = risk(own, { own: '2026-12-1' })
  forms.priors.reset()
  const alone = risk(own, { own: '2026-12-1' })
  t.ok(alone < 50 && among >= 50, `${alone} ${among}`)
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `${letters[i % 26]}${letters[i * 5 % 26]}${letters[i * 11 % 26]}`)
  t.equal(risk(forms.learned('first', names(20)), { first: 'anna-lena' }), risk(new Forms().learned('first', names(20)), { first: 'anna-lena' }))
})

test('an unknown parameter is weighed by how often routes get one', async (t) => {
  const form = (forms: Forms): ParameterProfile => forms.learned('own', cycle(['a'], 25))
  const still = new Forms()
  for (let n = 0; n < 8; n++) still.learned(`n${n}`, cycle(['a'], 60))
  const moving = new Forms()
  for (let n = 0; n < 8; n++) {
    const growing = moving.learned(`n${n}`, cycle(['a'], 10))
    for (let i = 0; i < 50; i++) growing.learn({ [`n${n}`]: 'a', ...i > 5 ? { [`more${n}`]: 'b' } : null, ...i > 20 ? { [`yet${n}`]: 'b' } : null }, i, false)
  }
  t.ok(risk(form(still), { own: 'a', debug: '1' }) >= 50)
  t.ok(risk(form(moving), { own: 'a', debug: '1' }) < risk(form(still), { own: 'a', debug: '1' }))
})

test('merged and restored, priors say what one that saw all would; reset, they say nothing', async () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('on', 'aax', 'abx', '2026-01-05', '7'), { maxLength: 60 }), (values) => {
    const ours = new Forms()
    ours.learned('a', values)
    const twice = new ParameterPriors()
    twice.merge(ours.priors.toJSON())
    assert.deepEqual(JSON.parse(JSON.stringify(twice)), JSON.parse(JSON.stringify(ours.priors)))
    twice.reset()
    assert.deepEqual(twice.toJSON(), new ParameterPriors().toJSON())
  }))
})
