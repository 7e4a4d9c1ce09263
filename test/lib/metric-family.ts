import fc from 'fast-check'
import { test } from 'tap'
import { metricFamily } from '../../lib/text/metric-family'
import type { MetricSample } from '../../lib/text/metric-family'
import { readMetrics } from '../fixtures/metrics'

/** Any text at all: quotes, backslashes, ends of lines, what looks like another sample, halves of characters. */
const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\\"n\n{}=, ]{0,8}$/), fc.constant('"} 1\nforged_total{a="b'), fc.constant('\ud800'))

test('whatever the labels hold, a reader gets each of them back, and not a line more', (t) => {
  fc.assert(fc.property(fc.uniqueArray(fc.tuple(texts, texts), { selector: (pair) => JSON.stringify(pair.map((each) => each.toWellFormed())), maxLength: 20 }), texts, (pairs, help) => {
    const samples = pairs.map(([a, b], i): MetricSample => [i / 3, a, b])
    const read = readMetrics(metricFamily({ name: 'a_total', type: 'counter', help, labels: ['one', 'two'] }, samples))
    return JSON.stringify(read.samples) === JSON.stringify(samples.map(([value, one = '', two = '']) => ({ name: 'a_total', labels: { one: one.toWellFormed(), two: two.toWellFormed() }, value })))
  }), { numRuns: 2000 })
  t.end()
})

test('numbers are written as Prometheus reads them, infinite ones too', (t) => {
  const read = readMetrics(metricFamily({ name: 'a', type: 'gauge', help: '', labels: ['n'] }, [[1e21, 'a'], [Infinity, 'b'], [-Infinity, 'c'], [NaN, 'd'], [0.1, 'e']]))
  t.same(read.samples.map(({ value }) => value), [1e21, Infinity, -Infinity, NaN, 0.1])
  t.end()
})
