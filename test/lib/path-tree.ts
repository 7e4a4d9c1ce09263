import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { PathTree } from '../../lib/detectors/path-tree'
import { segmentType } from '../../lib/text/segment-type'

function treeOf (paths: Iterable<string>, capacity?: number): PathTree {
  const tree = new PathTree(capacity)
  let client = 0
  for (const path of paths) tree.learn(path, client++ % 17, 'GET')
  return tree
}

function names (tree: PathTree): string[] {
  return tree.templates().map(({ template }) => template).sort()
}

function * times (n: number, path: (i: number) => string): Generator<string> {
  for (let i = 0; i < n; i++) yield path(i)
}

const words = fc.constantFrom('users', 'orders', 'items', 'me', 'list', 'search', 'admin', 'en', 'de', 'pt-br')
const identifiers = fc.oneof(fc.nat(1e6).map(String), fc.uuid(), fc.nat(999).map((n) => `sku-${n + 10}`))
const paths = fc.array(fc.oneof({ weight: 3, arbitrary: words }, { weight: 1, arbitrary: identifiers }), { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`)
const visits = fc.array(fc.tuple(paths, fc.nat(6)), { maxLength: 200 })

type Visits = [path: string, client: number][]

function visited (visits: Visits, capacity?: number): PathTree {
  const tree = new PathTree(capacity)
  for (const [path, client] of visits) tree.learn(path, client)
  return tree
}

test('two numbers under one parent are a parameter', async (t) => {
  t.same(names(treeOf(['/orders/17', '/orders/18', '/orders'])), ['/orders', '/orders/:number'])
})

test('one identifier seen once is a parameter already', async (t) => {
  t.same(names(treeOf(['/orders/17/lines/3'])), ['/orders/:number/lines/:number2'])
  t.same(names(treeOf(['/files/7c9e6679-7425-40de-944b-e07fc1f90ae7'])), ['/files/:uuid'])
  t.same(names(treeOf(['/days/2026-01-05'])), ['/days/:date'])
  t.same(names(treeOf(['/commits/507f1f77bcf86cd799439011'])), ['/commits/:hex'])
  t.same(names(treeOf(['/carts/01ARZ3NDEKTSV4RRFFQ69G5FAV'])), ['/carts/:token'])
})

test('a number that is always the same and comes often is part of the route', async (t) => {
  t.same(names(treeOf(times(20, () => '/errors/404'))), ['/errors/404'])
  t.same(names(treeOf([...times(20, () => '/errors/404'), '/errors/500', '/errors/500'])), ['/errors/:number'])
})

test('codes that differ in their digits only are a parameter, versions are not', async (t) => {
  t.same(names(treeOf(times(40, (i) => `/products/sku-${1000 + i % 4}`))), ['/products/:value'])
  t.same(names(treeOf(times(40, (i) => `/api/v${1 + i % 2}/users`))), ['/api/v1/users', '/api/v2/users'])
})

test('many thin words are a parameter, recurring ones stay literal', async (t) => {
  const people = ['ann', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gus', 'hal', 'ida', 'jo', 'kim', 'lou', 'mia', 'ned']
  const visits = [...times(200, (i) => `/people/${people[i % 14]}${'abcdefghijklmnopqrstuvwxyz'[i % 26]}${'klmnopqrst'[i % 10]}/photo`)]
  t.same(names(treeOf([...visits, ...times(60, () => '/people/me/photo')])), ['/people/:word/photo', '/people/me/photo'])
})

test('where the thin ones are codes, popular codes are values too, and words are not', async (t) => {
  const slugs = [...times(120, (i) => `/blog/${'abcdefghij'[i % 10]}-story-${'klmnopq'[i % 7]}-of-${i % 9}${i % 8}`), ...times(60, () => '/blog/the-story-of-17')]
  t.same(names(treeOf([...slugs, ...times(60, () => '/blog/archive')])), ['/blog/:value', '/blog/archive'])
})

test('36 routes stay 36 routes, however few requests there are', async (t) => {
  const letters = 'abcdefghijklmnopqrstuvwxyzäöüßñçèéø'
  const routes = [...letters].map((letter) => `/api/${letter}-list`)
  let seed = 1
  const random = (): number => { seed = Math.imul(seed, 1103515245) + 12345 >>> 1; return seed / 2 ** 31 }
  for (const requests of [40, 60, 100, 200, 400, 1000, 4000]) {
    const tree = treeOf(times(requests, () => routes[Math.floor(random() * routes.length)] as string))
    t.notOk(names(tree).some((name) => name.includes(':')), `${requests} requests`)
  }
})

test('stray paths of a few attackers neither make a parameter nor swallow a route', async (t) => {
  const ordinary = [...times(1800, (i) => ['/api/users', '/api/orders', `/api/items/${i}`, '/about/team', '/'][i % 5] as string)]
  const strays = ['/.env', '/wp-admin', '/.git/config', '/admin.php', '/phpinfo.php', '/cgi-bin/test', '/backup.zip', '/config.bak', '/server-status', '/actuator',
    '/api/users.bak', '/api/admin', '/api/debug', '/api/console', '/api/shell', '/api/eval', '/api/old', '/api/users~', '/api/.git']
  const tree = treeOf([...ordinary, ...strays])
  t.same(names(tree), ['/', '/about/team', '/api/items/:number', '/api/orders', '/api/users'])
  t.equal(tree.match('/api/invoices'), null)
  t.equal(tree.match('/.env'), null)
})

const LANGUAGES = ['en', 'de', 'fr', 'it', 'pt-br', 'uk']
const PAGES = ['/search', '/bookings', '/checkout', '']
/** Pages of a site in some languages, the first ones the most. */
const site = (n: number): string[] => [...times(n, (i) => `/${LANGUAGES[Math.floor(6 * (i * 0.618 % 1) ** 2)]}${PAGES[i % 4]}`)]

test('languages with the same pages are one parameter, whatever the order', async (t) => {
  const expected = ['/:language', '/:language/bookings', '/:language/checkout', '/:language/search']
  const visits = site(200).map((path, i): [string, number] => [path, i % 17])
  t.same(names(visited(visits)), expected)
  fc.assert(fc.property(fc.shuffledSubarray(visits, { minLength: 200 }), (shuffled) => {
    assert.deepEqual(visited(shuffled).templates(), visited(visits).templates())
  }), { numRuns: 20 })
  const tree = visited(visits)
  t.equal(tree.match('/sv/search'), '/:language/search', 'a language that nobody has asked for yet')
  t.equal(tree.match('/admin/search'), null, 'nothing else is a language')
  t.equal(tree.match('/sv/admin'), null)
})

test('words with the same pages below them, and short words with others, are routes', async (t) => {
  const resources = ['users', 'orders', 'items', 'rooms', 'bills', 'notes']
  const crud = [...times(240, (i) => `/${resources[i % 6]}/${['new', '7/edit', 'search', 'list'][i % 4]}`)]
  t.ok(names(treeOf(crud)).includes('/users/search'))
  const short = [...times(120, (i) => ['/me/profile', '/me/orders', '/tv/channels', '/tv/films'][i % 4] as string)]
  t.same(names(treeOf(short)), ['/me/orders', '/me/profile', '/tv/channels', '/tv/films'])
  const own = [...site(300), ...times(60, (i) => `/tv/${['channels', 'films'][i % 2]}`)]
  t.ok(names(treeOf(own)).includes('/tv/films'), 'beside languages too')
})

test('paths that attackers make up beside a short route make it no language', async (t) => {
  const ordinary = [...times(400, (i) => ['/me/profile', '/me/orders', '/me/cards', '/shop/7'][i % 4] as string)]
  const made = [...times(14, (i) => `/${['aa', 'bb', 'cc'][i % 3]}/${['profile', 'orders'][i % 2]}`)]
  const found = names(treeOf([...ordinary, ...made]))
  t.ok(found.includes('/me/profile') && found.includes('/me/orders') && found.includes('/me/cards'), found.join())
  t.notOk(found.some((name) => name.includes(':language')))
})

test('one scanner alone makes no parameter', async (t) => {
  const tree = treeOf(times(100, (i) => ['/shop/cart', '/shop/list'][i % 2] as string))
  for (let i = 0; i < 300; i++) tree.learn(`/shop/x${String.fromCharCode(97 + i % 26, 97 + i / 26)}~`, 99)
  t.notOk(names(tree).some((name) => name.includes(':')))
})

test('files stay literal until they are many and thin', async (t) => {
  t.same(names(treeOf(times(90, (i) => ['/assets/app.js', '/assets/app.css', '/robots.txt'][i % 3] as string))), ['/assets/app.css', '/assets/app.js', '/robots.txt'])
  const chunks = [...times(90, (i) => `/assets/chunk${'abcdefghij'[i % 10]}${'klmnopqrs'[i % 9]}.js`)]
  t.same(names(treeOf([...chunks, ...times(30, () => '/assets/app.js')])), ['/assets/:file', '/assets/app.js'])
})

test('matching prefers the literal, falls back to the parameter, and says null where nothing is known', async (t) => {
  const tree = treeOf([...times(90, (i) => `/users/${i}/posts`), ...times(30, () => '/users/me'), '/users/stray/posts'])
  t.equal(tree.match('/users/5/posts'), '/users/:number/posts')
  t.equal(tree.match('/users/me'), '/users/me')
  t.equal(tree.match('/users/me/posts'), '/users/:number/posts')
  t.equal(tree.match('/users/stray/posts'), '/users/:number/posts')
  t.equal(tree.match('/users/5'), null)
  t.equal(tree.match('/users//posts'), null)
  t.equal(tree.match('users/5/posts'), null)
  t.equal(tree.match('*'), null)
})

test('once there are enough paths, one sighting is no template', async (t) => {
  t.same(names(treeOf([...times(20, () => '/a'), '/once'])), ['/a', '/once'])
  t.same(names(treeOf([...times(80, () => '/a'), '/once', ...times(2, () => '/twice')])), ['/a', '/twice'])
})

test('a template tells how often it was seen with which label', async (t) => {
  const tree = new PathTree()
  for (let i = 0; i < 5; i++) tree.learn(`/a/${i}`, i, i < 3 ? 'GET' : 'DELETE')
  const [template] = tree.templates()
  t.equal(template?.count, 5)
  t.same([...template?.labels ?? []], [['GET', 3], ['DELETE', 2]])
  t.same(template?.segments, [{ text: 'a', isParameter: false }, { text: 'number', isParameter: true }])
})

test('names of prototypes are ordinary segments', async (t) => {
  t.same(names(treeOf(['/__proto__/constructor', '/toString'])), ['/__proto__/constructor', '/toString'])
})

test('a merge answers as one tree of both streams', async () => {
  fc.assert(fc.property(visits, visits, (a, b) => {
    const merged = visited(a)
    merged.merge(visited(b))
    const whole = visited([...a, ...b])
    assert.deepEqual(merged.templates(), whole.templates())
    assert.equal(merged.size, whole.size)
    for (const [path] of [...a, ...b]) assert.equal(merged.match(path), whole.match(path))
  }), { numRuns: 150 })
})

test('what was written as JSON answers alike', async () => {
  fc.assert(fc.property(visits, (a) => {
    const tree = visited(a)
    const copy = PathTree.from(JSON.parse(JSON.stringify(tree)))
    assert.deepEqual(copy.templates(), tree.templates())
    copy.learn('/users/1', 3)
    tree.learn('/users/1', 3)
    assert.deepEqual(copy.templates(), tree.templates())
  }), { numRuns: 150 })
})

test('every learned path matches one of the templates while all are known', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(paths, fc.nat(6)), { maxLength: 50 }), (a) => {
    const tree = visited(a)
    const known = new Set(tree.templates().map(({ template }) => template))
    for (const [path] of a) assert.ok(known.has(tree.match(path) ?? ''), path)
    assert.equal(tree.templates().reduce((sum, { count }) => sum + count, 0), a.length)
  }), { numRuns: 150 })
})

test('decay scales the counts and forgets what is hardly left', async (t) => {
  const tree = treeOf([...times(64, () => '/a'), ...times(4, () => '/b')])
  tree.scale(0.5)
  t.equal(tree.total, 34)
  t.same(tree.templates().map(({ template, count }) => [template, count]), [['/a', 32], ['/b', 2]])
  for (let i = 0; i < 4; i++) tree.scale(0.5)
  t.same(names(tree), ['/a'])
  t.throws(() => tree.scale(0), RangeError)
  t.throws(() => tree.scale(2), RangeError)
})

test('a scanner cannot grow the tree beyond its bound, nor push out what many use', async (t) => {
  const tree = treeOf(times(600, (i) => ['/api/users', `/api/items/${i}`, '/login'][i % 3] as string), 256)
  for (let i = 0; i < 20_000; i++) {
    tree.learn(`/${i.toString(36)}~/${(i * 7919 % 10007).toString(36)}!`, 7)
    assert.ok(tree.size <= 256)
  }
  const known = names(tree)
  for (const name of ['/api/users', '/api/items/:number', '/login']) t.ok(known.includes(name), name)
})

test('too deep and too long paths are counted only', async (t) => {
  const tree = new PathTree()
  tree.learn(`/${'a/'.repeat(40)}`)
  tree.learn(`/${'!'.repeat(500)}`)
  tree.learn(`/${'7'.repeat(500)}`)
  t.equal(tree.ignored, 2)
  t.equal(tree.total, 1)
  t.equal(tree.match(`/${'a/'.repeat(40)}`), null)
})

test('a wrong capacity or snapshot is a RangeError', async (t) => {
  t.throws(() => new PathTree(3), RangeError)
  t.throws(() => PathTree.from({ capacity: 100, root: { n: -1 } }), RangeError)
  t.throws(() => PathTree.from({ capacity: 100, root: JSON.parse('{"n":1,"v":[["colour",{"n":1}]]}') }), RangeError)
})

test('the type of a segment', async (t) => {
  const types = {
    17: 'number',
    '7C9E6679-7425-40de-944b-e07fc1f90ae7': 'uuid',
    deadbeefcafe0: 'hex',
    deadbeef: 'word',
    '2026-01-05': 'date',
    '2026-01-05T08:00:00Z': 'date',
    '2026-01-051': 'value',
    'my-long-article-title-2024': 'value',
    V1StGXR8_Z5jdHi6B: 'token',
    'app.js': 'file',
    '.env': 'value',
    1.2: 'value',
    café: 'word',
    v1: 'value',
    '': 'value'
  }
  for (const [text, type] of Object.entries(types)) t.equal(segmentType(text), type, text)
})
