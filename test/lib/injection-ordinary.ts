import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { Budget, InjectionText } from '../../lib/detectors/injection-text'
import { ALARM_FROM } from '../../lib/detectors/injection-thresholds'

/** This repository, whose own sources took no part in the training. */
const ROOT = join(__dirname, '../..')

interface Value { sort: string, isHeld: boolean, text: string }

const model = new InjectionText()
const budget = new Budget()

function alarms (text: string): boolean { return model.logOdds(text, budget.start(262_144)) >= ALARM_FROM }

/** The values of a corpus, with the heading that each stands under. */
function corpus (file: string): Value[] {
  const values: Value[] = []
  let sort = ''
  let isHeld = false
  for (const line of readFileSync(join(__dirname, '../corpora', file), 'utf8').split('\n')) {
    const heading = /^= ([\w-]+)( [dh])?$/.exec(line)
    if (heading !== null) {
      sort = heading[1] as string
      isHeld = heading[2] === ' h'
    } else if (sort !== '' && line !== '') {
      values.push({ sort, isHeld, text: line.replaceAll('⏎', '\n').replaceAll('␍', '\r').replaceAll('⇥', '\t') })
    }
  }
  return values
}

test('ordinary values of fields hardly ever alarm alone', async (t) => {
  const values = corpus('injection.benign.txt')
  const wrong = values.filter(({ text }) => alarms(text))
  const list = wrong.map(({ sort, text }) => `${sort}: ${text.slice(0, 60)}`).join(' | ')
  t.ok(values.length > 600)
  t.ok(wrong.filter(({ isHeld }) => !isHeld).length < values.filter(({ isHeld }) => !isHeld).length * 0.02, list)
  t.ok(wrong.filter(({ isHeld }) => isHeld).length < values.filter(({ isHeld }) => isHeld).length * 0.1, list)
})

test('injections of all families alarm alone', async (t) => {
  const values = corpus('injection.attack.txt')
  const missed = values.filter(({ text }) => !alarms(text))
  t.ok(values.length > 350)
  t.ok(missed.length < values.length * 0.03, missed.map(({ sort, text }) => `${sort}: ${text}`).join(' | '))
  for (const family of new Set(values.map(({ sort }) => sort))) {
    const found = values.filter(({ sort, text }) => sort === family && alarms(text)).length
    t.ok(found >= values.filter(({ sort }) => sort === family).length * 0.7, family)
  }
})

test('source files that begin with a comment are no lines of a protocol', async (t) => {
  for (const text of [
    '/**\n * Whether a value is of this kind.\n * @param value - what to look at\n */\nexport function isOfKind (value: unknown): boolean;',
    '/*! tiny-grid v2.1.0 | MIT License */\n.grid { display: grid; gap: 1rem }',
    '/*\n * Copyright (c) 2019 The Authors\n */\npackage org.example.grid;'
  ]) t.notOk(alarms(text), text)
})

test('pieces of 4 KB of a program hardly ever alarm', async (t) => {
  const sources = ['lib/detectors', 'lib/stats', 'lib/store', 'plugins', 'bench'].flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.ts')).map((name) => join(ROOT, folder, name)))
  const pieces = sources.flatMap((file) => readFileSync(file, 'utf8').match(/[^]{1,4096}/g) ?? [])
  const wrong = pieces.filter(alarms)
  t.ok(pieces.length > 300)
  t.ok(wrong.length < pieces.length * 0.1, `${wrong.length} of ${pieces.length}`)
})
