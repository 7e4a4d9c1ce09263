import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import { anomaliesRouteOptions } from '../plugins/anomalies-route'
import { authBurstOptions } from '../plugins/auth-burst'
import { endpointProfilerOptions } from '../plugins/endpoint-profiler'
import { enforcementOptions } from '../plugins/enforcement'
import * as errors from '../plugins/errors'
import { headerProfilerOptions } from '../plugins/header-profiler'
import { injectionOptions } from '../plugins/injection'
import { jsonSchemaLearnerOptions } from '../plugins/json-schema-learner'
import { METRICS } from '../plugins/metrics'
import type { OptionRule, OptionTable } from '../plugins/options'
import { rateSpikeOptions } from '../plugins/rate-spike'
import { registryOptions } from '../plugins/registry-options'
import { trendsOptions } from '../plugins/trends/options'

const root = join(__dirname, '..')

/** `parts`: interfaces that `type` extends, by their files. */
interface Documented { page: string, source: string, type: string, table: OptionTable, parts?: Record<string, string> }

const DOCUMENTED: readonly Documented[] = [
  { page: 'docs/registry.md', source: 'plugins/registry-options.ts', type: 'RegistryOptions', table: registryOptions },
  { page: 'docs/endpoint-profiler.md', source: 'plugins/endpoint-profiler.ts', type: 'EndpointProfilerOptions', table: endpointProfilerOptions },
  { page: 'docs/header-profiler.md', source: 'plugins/header-profiler.ts', type: 'HeaderProfilerOptions', table: headerProfilerOptions },
  { page: 'docs/json-schema-learner.md', source: 'plugins/json-schema-learner.ts', type: 'JsonSchemaLearnerOptions', table: jsonSchemaLearnerOptions },
  { page: 'docs/auth-burst.md', source: 'plugins/auth-burst.ts', type: 'AuthBurstOptions', table: authBurstOptions },
  { page: 'docs/enforcement.md', source: 'plugins/enforcement.ts', type: 'EnforcementOptions', table: enforcementOptions },
  { page: 'docs/injection.md', source: 'plugins/injection.ts', type: 'InjectionOptions', table: injectionOptions },
  { page: 'docs/rate-spike.md', source: 'plugins/rate-spike.ts', type: 'RateSpikeOptions', table: rateSpikeOptions },
  {
    page: 'docs/trends.md',
    source: 'plugins/trends/options.ts',
    type: 'TrendsOptions',
    table: trendsOptions,
    parts: { IdentityOptions: 'plugins/trends/identity-options.ts', FlowOptions: 'plugins/trends/flow-options.ts', BehaviourOptions: 'plugins/trends/behaviour-options.ts' }
  },
  { page: 'docs/anomalies-route.md', source: 'plugins/anomalies-route.ts', type: 'AnomaliesRouteOptions', table: anomaliesRouteOptions }
]

const HEADINGS = ['What it learns', 'What it reports', 'Options', 'Cost and memory', 'When it is wrong']

const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)]

function read (file: string): string { return readFileSync(join(root, file), 'utf8') }

/** The text below a heading, up to the next one of the same level. */
function section (page: string, heading: string): string {
  const lines = read(page).split('\n')
  const start = lines.findIndex((line) => line === `## ${heading}`)
  if (start < 0) return ''
  const end = lines.findIndex((line, at) => at > start && line.startsWith('## '))
  return lines.slice(start + 1, end < 0 ? lines.length : end).join('\n')
}

/** Rows of the first table of a text, header and rule aside; cells trimmed. */
function rowsOf (text: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  if (start < 0) return []
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  return lines.slice(start + 2, length < 0 ? lines.length : start + length).map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()))
}

function shown (rule: OptionRule): string { return 'default' in rule ? `\`${literal(rule.default)}\`` : 'none' }

function literal (value: unknown): string { return typeof value === 'string' ? `'${value}'` : JSON.stringify(value) }

/** `@default` of each property of an interface, and which properties have a comment. */
function commentsOf (source: string, type: string): Map<string, { default: string | undefined }> {
  const text = read(source)
  const start = text.search(new RegExp(`^export interface ${type} (?:extends [\\w, ]+ )?\\{`, 'm'))
  const body = text.slice(start, text.indexOf('\n}', start))
  const found = new Map<string, { default: string | undefined }>()
  for (const [, comment, name] of body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+)\?:/g)) {
    found.set(name as string, { default: /@default (.+?)\s*(?:\*|\n|$)/.exec(comment as string)?.[1]?.trim() })
  }
  return found
}

for (const { page, source, type, table, parts = {} } of DOCUMENTED) {
  test(`${page} has the options of the code, both ways`, (t) => {
    const documented = rowsOf(section(page, 'Options'))
    const coded = Object.entries(table).map(([name, rule]) => [`\`${name}\``, shown(rule), rule.description])
    t.same(documented, coded)
    t.end()
  })

  test(`${type} says in its comments what its table says`, (t) => {
    const comments = new Map([[type, source], ...Object.entries(parts)].flatMap(([part, file]) => [...commentsOf(file as string, part as string)]))
    t.same([...comments.keys()].sort(), Object.keys(table).sort())
    for (const [name, comment] of comments) {
      const rule = table[name] as OptionRule
      const isEmptyList = Array.isArray(rule.default) && rule.default.length === 0
      if (isEmptyList && comment.default === undefined) continue
      t.equal(comment.default?.replace(/(?<=\d)_(?=\d)/g, ''), 'default' in rule ? literal(rule.default) : undefined, name)
    }
    t.end()
  })

  test(`${page} has the headings that every plugin's page has`, (t) => {
    const headings = read(page).split('\n').filter((line) => line.startsWith('## ')).map((line) => line.slice(3))
    t.same(headings.filter((heading) => HEADINGS.includes(heading)), HEADINGS)
    t.end()
  })
}

test('docs/signals.md lists exactly the signals of the detectors', (t) => {
  const folder = join(root, 'lib/detectors')
  const coded = readdirSync(folder).filter((file) => file.endsWith('-signals.ts')).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const detector = /const DETECTOR = '([^']+)'/.exec(text)?.[1] as string
    return [...text.matchAll(/\bkind\('([a-z_]+)'/g)].map(([, type]) => `${detector} ${type}`)
  })
  const documented = read('docs/signals.md').split('\n## ').slice(1).flatMap((part) => {
    const detector = /^`?([a-z-]+)`?/.exec(part)?.[1] as string
    return rowsOf(part).filter(([type]) => /^`[a-z_]+`$/.test(type ?? '')).map(([type]) => `${detector} ${type?.slice(1, -1)}`)
  })
  t.same(documented.sort(), coded.sort())
  t.end()
})

test('docs/metrics.md has the metrics of the code, both ways', (t) => {
  const coded = METRICS.map(({ name, type, labels, help }) => [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', ') || 'none', help])
  t.same(rowsOf(read('docs/metrics.md')), coded)
  t.end()
})

test('docs/errors.md lists exactly the errors of plugins/errors.ts', (t) => {
  const documented = [...read('docs/errors.md').matchAll(/^## `?(\w+)`?$/gm)].map(([, code]) => code)
  t.same(documented, Object.keys(errors))
  for (const [name, make] of Object.entries(errors)) {
    const { code, statusCode } = new (make as unknown as new () => { code: string, statusCode: number })()
    t.equal(code, name)
    t.match(section('docs/errors.md', `\`${name}\``), `Status ${statusCode}.`, name)
  }
  t.end()
})

/** All examples, whole and by region, as a user would write them. */
function examples (): Set<string> {
  const found = new Set<string>()
  for (const file of readdirSync(join(root, 'examples')).filter((each) => each.endsWith('.ts'))) {
    const text = read(`examples/${file}`).replaceAll('\'../plugins\'', '\'fastify-anomalies\'').replace(/'\.\.\/plugins\/([a-z-]+)'/g, '\'fastify-anomalies/$1\'')
    found.add(text.trim())
    for (const [, body] of text.matchAll(/\/\/ #region [\w-]+\n([\s\S]*?)\n[ ]*\/\/ #endregion/g)) found.add(dedent(body as string))
  }
  return found
}

function dedent (text: string): string {
  const lines = text.split('\n')
  const least = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(least)).join('\n').trim()
}

test('each code block of the pages is a file of examples/, or a region of one', (t) => {
  const known = examples()
  for (const page of pages) {
    for (const [, block] of read(page).matchAll(/^```(?:ts|js|typescript|javascript)\n([\s\S]*?)\n```$/gm)) {
      t.ok(known.has((block as string).trim()), `${page}: ${(block as string).slice(0, 60)}`)
    }
  }
  t.end()
})

test('each link of the pages to a file of this repository leads somewhere', (t) => {
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      t.ok(existsSync(join(root, dirname(page), target as string)), `${page} -> ${target}`)
    }
  }
  t.end()
})

test('each npm script that the pages name exists', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const page of pages) {
    for (const [, name] of read(page).matchAll(/npm run ([a-z][a-z:-]*)/g)) t.ok((name as string) in scripts, `${page}: ${name}`)
  }
  t.end()
})
