import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure, reasonOf } from './failure'

/** What a module exports, whatever kind of module it is. */
export interface LoadedModule {
  /** Its default export, or all of `module.exports`. */
  main: unknown
  exports: Readonly<Record<string, unknown>>
}

/** Loads a CommonJS, ES or JSON file given at the command line. @throws Failure */
export async function loadModule (file: string): Promise<LoadedModule> {
  const path = resolve(file)
  try {
    if (path.endsWith('.json')) return { main: JSON.parse(await readFile(path, 'utf8')), exports: {} }
    const exports = await import(pathToFileURL(path).href) as Record<string, unknown>
    return { main: unwrapped(exports), exports: { ...asRecord(unwrapped(exports)), ...asRecord(exports.default), ...exports } }
  } catch (error) {
    throw new Failure(`${file}: ${reasonOf(error)}`, { cause: error })
  }
}

/** The default export behind the layers that compilers and `import()` of CommonJS put around it. */
function unwrapped (exports: unknown): unknown {
  let main = exports
  for (let layer = 0; layer < 3; layer++) {
    const inner = asRecord(main).default
    if (inner === undefined) return main
    main = inner
  }
  return main
}

function asRecord (value: unknown): Record<string, unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null ? value as Record<string, unknown> : {}
}
