import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { test } from 'tap'

const root = join(__dirname, '..')

/** Layers, lowest first. A file may import from its own layer's folder and from lower ones, as listed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'lib/stats': ['lib/stats'],
  'lib/store': ['lib/store'],
  'lib/text': ['lib/text'],
  'lib/detectors': ['lib/detectors', 'lib', 'lib/text', 'lib/store', 'lib/stats'],
  lib: ['lib', 'lib/text', 'lib/store', 'lib/stats'],
  plugins: ['plugins', 'lib', 'lib/detectors', 'lib/text', 'lib/store', 'lib/stats'],
  bin: ['bin', 'plugins', 'lib', 'lib/detectors', 'lib/text', 'lib/store', 'lib/stats'],
  examples: ['plugins']
}

/** What of npm and of Node a layer may use; others may use what they like. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'lib/stats': [],
  'lib/store': ['lru-cache'],
  'lib/text': ['node:crypto'],
  'lib/detectors': [],
  lib: []
}

/** Plugins that are for users; all other files of plugins/ are parts of the registry. */
const PLUGINS: readonly string[] = ['endpoint-profiler', 'header-profiler', 'json-schema-learner', 'auth-burst', 'rate-spike', 'injection', 'trends', 'enforcement', 'anomalies-route']
/** What puts plugins together, and so may import them all. */
const COLLECTION = 'plugins/index'

interface Arrow { from: string, to: string, isTypeOnly: boolean }

function sources (folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

function importsOf (file: string): Arrow[] {
  const text = readFileSync(join(root, file), 'utf8')
  const arrows: Arrow[] = []
  for (const [, keyword, target] of text.matchAll(/^(import type|export type|import|export)\b(?:[^'\n]*? from)? '([^'\n]+)'$/gm)) {
    arrows.push({ from: file, to: resolveImport(file, target as string), isTypeOnly: (keyword as string).endsWith('type') })
  }
  for (const [, target] of text.matchAll(/(?:\brequire|\bimport)\('([^']+)'\)/g)) arrows.push({ from: file, to: resolveImport(file, target as string), isTypeOnly: false })
  return arrows
}

/** Path below the repository's root with its extension, or the name of a package. */
function resolveImport (file: string, target: string): string {
  if (!target.startsWith('.')) return target
  const path = relative(root, join(root, dirname(file), target)).split(sep).join('/').replace(/\.m?js$/, '')
  return files.find((each) => each === `${path}.ts` || each === `${path}/index.ts`) ?? path
}

function layerOf (file: string): string {
  const folder = dirname(file)
  if (folder in MAY_IMPORT) return folder
  return folder.split('/')[0] as string
}

const files = ['lib', 'plugins', 'bin', 'examples'].flatMap(sources)
const arrows = files.flatMap(importsOf)

test('every import line is understood', (t) => {
  for (const file of files) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n').filter((line) => /^(import|export \*|export .*\bfrom ')/.test(line)).length
    const dynamic = [...readFileSync(join(root, file), 'utf8').matchAll(/(?:\brequire|\bimport)\('/g)].length
    t.equal(importsOf(file).length, lines + dynamic, file)
  }
  t.end()
})

test('imports point one way', (t) => {
  const wrong = arrows.filter(({ from, to }) => to.includes('/') && files.includes(to))
    .filter(({ from, to }) => !(MAY_IMPORT[layerOf(from)] ?? []).includes(layerOf(to)))
    .map(({ from, to }) => `${from} -> ${to}`)
  t.same(wrong, [])
  t.end()
})

test('every relative import exists', (t) => {
  const missing = arrows.filter(({ to }) => /^(lib|plugins|bin|examples|bench|test)\//.test(to) && !files.includes(to))
  t.same(missing, [])
  t.end()
})

test('lib uses nothing of Fastify, and only what it is known to need of others', (t) => {
  const wrong = arrows.filter(({ from, to }) => from.startsWith('lib/') && !files.includes(to))
    .filter(({ from, to }) => !(PACKAGES[layerOf(from)] ?? []).includes(to))
  t.same(wrong, [])
  t.end()
})

test('lib reads no clock, starts no timer and takes no chance', (t) => {
  const impure = /\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.(?!env\b)|\bhrtime\b|\bgetRandomValues\b|\brandom(?:Bytes|UUID|Int)\b/
  for (const file of files.filter((each) => each.startsWith('lib/'))) {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    t.notMatch(code, impure, file)
  }
  t.end()
})

test('only plugins/clock.ts reads a clock', (t) => {
  for (const file of files.filter((each) => each.startsWith('plugins/') && each !== 'plugins/clock.ts')) {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    t.notMatch(code, /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b/, file)
  }
  t.end()
})

test('a plugin imports no other plugin but parts of the registry', (t) => {
  const isPlugin = (file: string): boolean => PLUGINS.some((name) => file === `plugins/${name}.ts`)
  const wrong = arrows.filter(({ from, to }) => isPlugin(to) && !from.startsWith(COLLECTION) && /^plugins\/.+\.ts$/.test(from))
  t.same(wrong, [])
  t.end()
})

test('imports inside lib make no cycle, types aside', (t) => {
  const next = new Map<string, string[]>()
  for (const { from, to, isTypeOnly } of arrows) if (!isTypeOnly && from.startsWith('lib/')) next.set(from, [...next.get(from) ?? [], to])
  const open = new Set<string>()
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: string[]): void => {
    if (open.has(file)) cycles.push([...path, file].join(' -> '))
    if (open.has(file) || done.has(file)) return
    open.add(file)
    for (const target of next.get(file) ?? []) visit(target, [...path, file])
    open.delete(file)
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  t.same(cycles, [])
  t.end()
})
