import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'tap'

const root = join(__dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'fastify-anomalies-'))
const staging = join(folder, 'staging')
const project = join(folder, 'project')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
  exports: Record<string, string | Record<string, { types: string, default: string }>>
  bin: Record<string, string>
  dependencies: Record<string, string>
}

interface Outcome { status: number | null, stdout: string, stderr: string }

function run (command: string, args: readonly string[], cwd: string): Outcome {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:NODE_OPTIONS|TAP|_TAPJS|npm_)/i.test(name)))
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: 240_000 })
  // A command that is not there, or that took too long, has no output that would say so.
  if (error !== undefined) throw new Error(`${command} ${args[0] ?? ''} did not run to its end: ${error.message}`)
  return { status, stdout, stderr }
}

function node (...args: string[]): Outcome { return run(process.execPath, args, project) }

/** What the command printed. */
function mustRun (command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = run(command, args, cwd)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** Packs what `npm pack` would, from a build of its own, and lets npm install it in an empty project beside the Fastify of this repository. */
before(() => {
  mkdirSync(staging)
  mkdirSync(project)
  writeFileSync(join(staging, 'tsconfig.json'), JSON.stringify({
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: { rootDir: root, outDir: join(staging, 'dist'), typeRoots: [join(root, 'node_modules/@types')] },
    include: ['plugins', 'lib', 'bin'].map((part) => join(root, part))
  }))
  mustRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', staging], root)
  for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'docs']) cpSync(join(root, file), join(staging, file), { recursive: true })
  const tarball = mustRun('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], staging).trim().split('\n').at(-1) as string

  // Dependencies are linked from this repository, so that no network is needed; the package itself comes from its tarball.
  const linked = ['fastify', '@types/node', ...Object.keys(packageJson.dependencies)].map((name) => [name, `file:${join(root, 'node_modules', name)}`])
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty-project', version: '1.0.0', private: true, dependencies: Object.fromEntries(linked) }))
  mustRun('npm', ['install', '--offline', '--ignore-scripts', '--install-links=false', '--no-audit', '--no-fund', join(folder, tarball)], project)
  cpSync(join(root, 'test/packaging-fixtures'), project, { recursive: true })
})

// Not a teardown: that is left out where `before` fails.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

test('every file that package.json points at is in the package', (t) => {
  const installed = join(project, 'node_modules/fastify-anomalies')
  for (const target of Object.values(packageJson.bin)) t.ok(existsSync(join(installed, target)), target)
  for (const entry of Object.values(packageJson.exports)) {
    const targets = typeof entry === 'string' ? [entry] : Object.values(entry).flatMap((face) => [face.types, face.default])
    for (const target of targets) t.ok(existsSync(join(installed, target)), target)
  }
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) t.ok(existsSync(join(installed, file)), file)
  for (const file of ['dist/bench', 'dist/test', 'test', 'plugins']) t.notOk(existsSync(join(installed, file)), file)
  t.end()
})

test('it loads with require, and a plugin without the registry says what it misses', (t) => {
  const { status, stdout, stderr } = node('commonjs.cjs')
  t.equal(status, 0, stderr)
  const { code, message, names } = JSON.parse(stdout) as { code: string, message: string, names: string[] }
  t.equal(code, 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED')
  t.match(message, /fastify-anomalies-registry/)
  for (const name of ['default', 'registry', 'endpointProfiler', 'headerProfiler', 'jsonSchemaLearner', 'authBurst', 'rateSpike', 'injection', 'trends', 'enforcement', 'anomaliesRoute']) t.ok(names.includes(name), name)
  t.end()
})

test('@fastify/rate-limit is loaded only where something is enforced', (t) => {
  const script = (mode: string): string => `const app = require('fastify')(); app.register(require('fastify-anomalies'), { mode: '${mode}' });
    app.inject('/').then(() => console.log(Object.keys(require.cache).some((file) => file.includes('rate-limit'))))`
  for (const mode of ['observe', 'enforce']) {
    const { stdout, stderr } = node('-e', script(mode))
    t.equal(stdout.trim(), String(mode === 'enforce'), stderr)
  }
  t.end()
})

test('it loads with import, default and named, and there is one copy of its state', (t) => {
  const { status, stdout, stderr } = node('module.mjs')
  t.equal(status, 0, stderr)
  t.same(JSON.parse(stdout), { baselines: ['GET /'], oneCopy: true })
  t.end()
})

test('TypeScript finds its types, from ESM and from CommonJS', (t) => {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--exactOptionalPropertyTypes']
  const { status, stdout } = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, 'consumer.mts', 'consumer.cts'], project)
  t.equal(status, 0, stdout)
  t.end()
})

test('TypeScript finds its types as bundlers resolve modules', (t) => {
  const options = ['--noEmit', '--strict', '--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022', '--types', 'node', '--exactOptionalPropertyTypes']
  const { status, stdout } = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, 'consumer.mts'], project)
  t.equal(status, 0, stdout)
  t.end()
})

test('each subpath loads both ways', (t) => {
  for (const [subpath, entry] of Object.entries(packageJson.exports)) {
    if (typeof entry === 'string') continue
    const name = `fastify-anomalies${subpath.slice(1)}`
    const code = `import plugin from '${name}'; import { createRequire } from 'node:module';` +
      `const { default: required } = createRequire(process.cwd() + '/x.js')('${name}'); if (typeof plugin !== 'function' || plugin !== required) process.exit(3)`
    const { status, stderr } = node('--input-type=module', '-e', code)
    t.equal(status, 0, `${name}: ${stderr}`)
  }
  t.end()
})

test('its command tells its version and how it is used', (t) => {
  const command = join(project, 'node_modules/fastify-anomalies', packageJson.bin['fastify-anomalies'] as string)
  t.equal(node(command, '--version').stdout, `${packageJson.version}\n`)
  const { status, stdout, stderr } = node(command, '--help')
  t.equal(status, 0, stderr)
  t.match(stdout, /fastify-anomalies replay/)
  t.end()
})

test('its command ends although the file of an application has left a server open', (t) => {
  const command = join(project, 'node_modules/fastify-anomalies', packageJson.bin['fastify-anomalies'] as string)
  writeFileSync(join(project, 'one.ndjson'), '{"request":{"method":"GET","url":"/a"},"response":{"status":200}}\n')
  const open = "require('node:http').createServer().listen(0, '127.0.0.1');"
  for (const [name, exported, expected] of [['plugin.cjs', "async (app) => { app.get('/a', () => 1) }", 0], ['server.cjs', "require('fastify')()", 2]] as const) {
    writeFileSync(join(project, name), `${open} module.exports = ${exported}`)
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'replay', '--detect', 'one.ndjson', '--app', name], { cwd: project, encoding: 'utf8', timeout: 60_000 })
    t.equal(status, expected, stderr)
    t.match(expected === 0 ? stdout : stderr, expected === 0 ? /1 entries judged/ : /exports no Fastify plugin/)
  }
  t.end()
})
