import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import type { HarEntry } from '../lib/har'
import { entriesOf, RecordedJudge } from '../train/recorded'
import { attacks, benign } from '../train/corpus'
import { SeededRandom } from '../train/random'

const SQL = 'x\' or 1=1 --'

function entry (request: Partial<HarEntry['request']>, label: 'benign' | 'attack' = 'attack', place = 'query'): HarEntry & { _placement: string, _dataset: string } {
  return { request: { method: 'GET', url: 'http://a.example/search', headers: [], ...request }, _label: label, _attack: 'sqli', _placement: place, _dataset: 'test' }
}

test('the evaluation judges recorded requests by their texts, in every place', async (t) => {
  const judge = new RecordedJudge()
  const places: readonly [string, Partial<HarEntry['request']>][] = [
    ['query.q', { url: `http://a.example/search?q=${encodeURIComponent(SQL)}` }],
    ['header.x-context', { headers: [{ name: 'X-Context', value: encodeURIComponent(SQL) }] }],
    ['body.text', { method: 'POST', headers: [{ name: 'Content-Type', value: 'application/json' }], postData: { mimeType: 'application/json', text: JSON.stringify({ text: SQL }) } }],
    ['form.message', { method: 'POST', headers: [{ name: 'Content-Type', value: 'application/x-www-form-urlencoded' }], postData: { mimeType: 'application/x-www-form-urlencoded', text: `message=${encodeURIComponent(SQL)}` } }]
  ]
  for (const [field, request] of places) {
    const judged = judge.judge(entry(request))
    t.equal(judged.field, field)
    t.equal(judged.put, SQL, 'all places of a text are in one fold')
    t.ok(judged.logOdds > 1, field)
  }
  t.ok(judge.judge(entry({ url: 'http://a.example/search?q=green+chairs' }, 'benign')).logOdds < 1)
})

test('recorded requests are read line by line', async (t) => {
  const file = join(t.testdir(), 'some.ndjson')
  await writeFile(file, `${JSON.stringify(entry({}))}\n\n${JSON.stringify(entry({}, 'benign'))}\n`)
  const labels = []
  for await (const { _label } of entriesOf(file)) labels.push(_label)
  t.same(labels, ['attack', 'benign'])
})

test('the corpora are the same for the same seed, and hardly any text is in both', async (t) => {
  const texts = (seed: number): string[] => [...attacks(new SeededRandom(seed), 500), ...benign(new SeededRandom(seed), 500)].map(({ text }) => text)
  t.same(texts(5), texts(5))
  t.not(texts(5).join(), texts(6).join())
  const bad = new Set(attacks(new SeededRandom(1), 5000).map(({ text }) => text))
  const both = benign(new SeededRandom(2), 5000).filter(({ text }) => bad.has(text))
  t.ok(both.length < 10, both.map(({ text }) => text).join(' | '))
})
